from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from ..forms import ImageFilterForm, PatientForm
from ..models import Consultation, ConsultationImage, Patient, search_key
from .access import can_edit, doctor_required, get_editable, get_visible
from .fragments import shown, vary_on_htmx, wants_fragment
from .home import with_pictures

PAGE = 30
IMAGES = 48
_KEYS = ("consultation__date", "consultation_id", "created_at", "pk")  # the order of the images


@doctor_required
@vary_on_htmx
def patient_list(request):
    words = request.GET.get("q", "").strip()
    found = Patient.objects.visible_to(request.user).search(words)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    part = wants_fragment(request)
    template = "patients/partials/results.html" if part else "patients/list.html"
    return render(request, template, {"page": page, "q": words})


@doctor_required
def patient_create(request):
    form = PatientForm(request.POST or None, initial={"full_name": request.GET.get("name", "")})
    same = []
    if request.method == "POST" and form.is_valid():
        same = _namesakes(request.user, form.cleaned_data)
        if not same or "anyway" in request.POST:
            patient = form.save(commit=False)
            patient.created_by = request.user
            patient.save()
            return redirect(f"{reverse('consultation_create')}?patient={patient.pk}")
    return render(request, "patients/form.html", {"form": form, "same": same})


def _namesakes(user, data):
    """Patients who may be the one being created again."""
    key = search_key(data["full_name"])
    found = Patient.objects.visible_to(user).filter(search_key__startswith=key)
    if data["birth_date"]:
        found = found.filter(Q(birth_date=data["birth_date"]) | Q(birth_date=None))
    return found[:5]


@login_required
def patient_edit(request, pk):
    patient = get_editable(Patient.objects, request.user, pk)
    form = PatientForm(request.POST or None, instance=patient)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("patient_detail", pk=pk)
    return render(request, "patients/form.html", {"form": form, "patient": patient})


@login_required
@vary_on_htmx
def patient_detail(request, pk):
    """Everything of one patient: the way to see a lesion change."""
    patient = get_visible(Patient.objects, request.user, pk)
    mine = ConsultationImage.objects.visible_to(request.user).filter(consultation__patient=patient)
    form = ImageFilterForm(request.GET, mine)
    images = form.filter(mine).select_related("consultation")
    cursor = request.GET.get("before", "")
    size = shown(request, IMAGES)
    page = list(_before(images, cursor)[: size + 1])
    more = page[size - 1].pk if len(page) > size else None
    context = {
        "patient": patient,
        "can_edit": can_edit(patient, request.user),
        "filters": form,
        "images": page[:size],
        "next_query": _query(request, before=more) if more else None,
        "refresh_query": _query(request, before=""),
        "by_date": True,
    }
    part = wants_fragment(request)
    if part and cursor:
        known = cursor.isascii() and cursor.isdigit()
        drawn = mine.filter(pk=cursor[:18]) if known else mine.none()
        context["drawn_group"] = drawn.values_list("consultation_id", flat=True).first()
        return render(request, "components/tiles.html", context)
    context["total"] = images.count()
    if part:
        return render(request, "patients/partials/images.html", context)
    consultations = Consultation.objects.visible_to(request.user).filter(patient=patient)
    context["consultations"] = with_pictures(consultations)[:50]
    return render(request, "patients/detail.html", context)


def _query(request, **changes):
    query = request.GET.copy()
    for name, value in changes.items():
        query[name] = value  # update() would add to what is there
    query.pop("shown", None)
    return query.urlencode()


def _before(images, cursor):
    """Keyset pages, newest consultation first: the last page costs what the first does."""
    ordered = images.order_by("-consultation__date", *(f"-{name}" for name in _KEYS[1:]))
    if not cursor.isascii() or not cursor.isdigit():
        return ordered
    last = images.model.objects.filter(pk=cursor[:18]).values_list(*_KEYS).first()
    if last is None:
        return ordered.none()
    after, same = Q(), Q()
    for name, value in zip(_KEYS, last, strict=True):
        after |= same & Q(**{f"{name}__lt": value})
        same &= Q(**{name: value})
    return ordered.filter(after)
