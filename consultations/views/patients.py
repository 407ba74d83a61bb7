from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.requests import AuthenticatedRequest
from audit.trail import Action, record
from core import keyset
from core.fragments import grid_size, query_string, restart_grid, vary_on_htmx, wants_fragment
from core.search import find_namesakes

from ..facts import with_tile_facts
from ..filter_forms import ImageFilterForm
from ..forms import PatientForm
from ..measuring.export import is_measured
from ..models import Comparison, Consultation, ConsultationImage, Patient
from ..models.patient import PatientQuerySet
from ..ordering import BY_VISIT
from ..records import create_record, save_changes
from ..selection import parse_keys
from .access import can_edit, doctor_required, get_editable, get_visible
from .editing import edited_rows, render_form
from .lesions import lesions_of
from .selected import choosing_context, is_choosing

PAGE, NAMESAKES, MOST = 30, 5, 200
IMAGES, COMPARISONS = 48, 50


@doctor_required
@vary_on_htmx
def patient_list(request: AuthenticatedRequest) -> HttpResponse:
    """A doctor's patients, by name, and the search for them."""
    words = request.GET.get("q", "").strip()
    pages = search_pages(Patient.objects.visible_to(request.user), words, PAGE)
    page = pages.get_page(request.GET.get("page"))
    part = wants_fragment(request)
    template = "patients/partials/results.html" if part else "patients/list.html"
    return render(request, template, {"page": page, "q": words})


def search_pages(patients: PatientQuerySet, words: str, size: int) -> Paginator:
    """A Paginator of the patients that `find` would return, without counting them twice."""
    pages = Paginator(patients.search(words), size)
    if words and not pages.count:
        pages = Paginator(patients.search(words, joined=True), size)
    return pages


@doctor_required
def patient_create(request: AuthenticatedRequest) -> HttpResponse:
    """Create a patient; asks first if there may be a record already."""
    form = PatientForm(request.POST or None, initial={"full_name": request.GET.get("name", "")})
    namesakes = []
    if request.method == "POST" and form.is_valid():
        namesakes = _namesakes(request.user, form.cleaned_data)
        if not namesakes or "anyway" in request.POST:
            patient = form.save(commit=False)
            patient.created_by = request.user
            fields = ("created_by", *form.cleaned_data)
            patient = create_record(
                patient, request.user, fields, except_keys=_dismissed(request, namesakes)
            )
            return redirect(f"{reverse('consultation_create')}?patient={patient.pk}")
    return render(request, "patients/form.html", {"form": form} | _namesake_context(namesakes))


def _namesake_context(namesakes: list[Patient]) -> dict[str, Any]:
    return {
        "same": namesakes[:NAMESAKES],
        "more": len(namesakes) - NAMESAKES,
        "all_same": namesakes[:MOST],
    }


def _dismissed(request: AuthenticatedRequest, namesakes: list[Patient]) -> list[int]:
    """Keys of the namesakes that the user has been shown and has dismissed. Not simply all current
    ones: the first press of the button may have created one of those."""
    submitted = request.POST.getlist("other")
    if not submitted:
        return [other.pk for other in namesakes]
    return parse_keys(submitted)


def _namesakes(user: User, data: dict[str, Any], except_key: int | None = None) -> list[Patient]:
    """Patients who may be the same person, except the one being edited."""
    candidates = Patient.objects.visible_to(user)
    if except_key is not None:
        candidates = candidates.exclude(pk=except_key)
    if data["birth_date"]:
        candidates = candidates.filter(Q(birth_date=data["birth_date"]) | Q(birth_date=None))
    return find_namesakes(candidates, data["full_name"])


@login_required
def patient_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Edit a patient; asks first if the record may now be a duplicate."""
    with edited_rows(request, Patient.objects.all()) as locked:
        patient = get_editable(locked, request.user, pk)
        form = PatientForm(request.POST or None, instance=patient)
        namesakes = []
        if request.method == "POST" and form.is_valid():
            if {"full_name", "birth_date"} & set(form.changes):  # it may now match somebody else
                namesakes = _namesakes(request.user, form.cleaned_data, except_key=pk)
            if not namesakes or "anyway" in request.POST:
                save_changes(form, request.user)
                messages.success(request, _("Saved."))
                return redirect("patient_detail", pk=pk)
    context = {"form": form, "patient": patient} | _namesake_context(namesakes)
    return render_form(request, "patients/form.html", context, form)


@login_required
@vary_on_htmx
def patient_detail(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """All images of one patient, to follow a lesion over time."""
    patient = get_visible(Patient.objects, request.user, pk)
    mine = ConsultationImage.objects.visible_to(request.user).filter(patient=patient)
    form = ImageFilterForm(request.GET)
    images = form.filter(mine)
    cursor = request.GET.get("before", "")
    page = keyset.page(
        images.prefetch_related("consultation"),  # a join could make the database plan badly
        BY_VISIT,
        cursor,
        grid_size(request, IMAGES),
        among=mine,
    )
    if page.lost:
        return restart_grid(request)
    record(Action.LISTED, patient, images=len(page.images))
    editable = can_edit(patient, request.user)
    context = {
        "patient": patient,
        "can_edit": editable,
        "images": with_tile_facts(page.images, user=request.user, choosing=is_choosing(request)),
        "next_query": query_string(request, before=page.next) if page.next else None,
        "by_date": True,
        **choosing_context(request, patient, editable),
    }
    part = wants_fragment(request)
    if part and cursor:
        if page.after:
            context["drawn_group"] = page.after[BY_VISIT.index("consultation_id")]
        return render(request, "components/tiles.html", context)
    form.set_sites(keyset.distinct_values(mine, "body_site"))
    context |= {
        "filters": form,
        "refresh_query": query_string(request, before=""),
        "total": keyset.count(images),
    }
    if part:
        return render(request, "patients/partials/images.html", context)
    consultations = Consultation.objects.visible_to(request.user).filter(patient=patient)
    kept = Comparison.objects.visible_to(request.user).filter(patient=patient)
    context["comparisons"] = kept[:COMPARISONS]
    context["lesions"] = lesions_of(patient, request)
    context["consultations"] = consultations.with_images_count(keyset.COUNT_LIMIT)[:50]
    context["measured"] = context["can_edit"] and is_measured(patient, request.user)
    return render(request, "patients/detail.html", context)
