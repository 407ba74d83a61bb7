from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.requests import AuthenticatedRequest
from audit.trail import Action, record
from core import keyset
from core.fragments import grid_size, query_string, restart_grid, vary_on_htmx, wants_fragment

from ..facts import with_tile_facts
from ..filter_forms import ConsultationFilterForm
from ..forms import ConsultationForm
from ..labelling import survey
from ..models import Consultation, Lesion, Patient
from ..ordering import IN_ORDER
from ..proposals import proposal
from ..records import create_record, just_created, save_changes
from ..selection import parse_keys
from .access import can_edit, doctor_required, get_editable, get_visible
from .editing import edited_rows, render_form
from .home import for_list, prepare_list
from .patients import search_pages
from .selected import choosing_context, is_choosing

PAGE, OFFERED = 30, 12
IMAGES = 48


@doctor_required
@vary_on_htmx
def consultation_list(request: AuthenticatedRequest) -> HttpResponse:
    """A doctor's consultations, the latest first, narrowed down by status, words and days."""
    form = ConsultationFilterForm(request.GET)
    mine = for_list(Consultation.objects.editable_by(request.user))
    page = Paginator(form.filter(mine), PAGE).get_page(request.GET.get("page"))
    prepare_list(request, page)
    context = {"page": page, "form": form, "page_query": form.query()}
    part = wants_fragment(request)
    template = "consultations/partials/results.html" if part else "consultations/list.html"
    return render(request, template, context)


@doctor_required
@vary_on_htmx
def consultation_create(request: AuthenticatedRequest) -> HttpResponse:
    """In two steps: find or create the patient, then fill in the consultation."""
    chosen = request.POST.get("patient") or request.GET.get("patient")
    if not chosen:
        words = request.GET.get("q", "").strip()
        pages = search_pages(Patient.objects.editable_by(request.user), words, OFFERED)
        context = {"page": pages.get_page(1), "q": words, "choose": True}
        part = wants_fragment(request)
        template = "patients/partials/results.html" if part else "consultations/new.html"
        return render(request, template, context)
    if not (chosen.isascii() and chosen.isdigit()):
        return redirect("consultation_create")
    patient = get_editable(Patient.objects, request.user, chosen[:18])
    draft = Consultation(doctor=request.user, patient=patient)
    form = ConsultationForm(request.POST or None, instance=draft)
    same_day: list[Consultation] = []
    if request.method == "POST" and form.is_valid():
        fields = ("doctor", "patient", *form.cleaned_data)
        same_day = list(draft.of_the_same_day().exclude(**just_created(draft, fields)))
        dismissed = parse_keys(request.POST.getlist("other"))
        if {other.pk for other in same_day} <= {*dismissed}:
            consultation = create_record(form.save(commit=False), request.user, fields, dismissed)
            return redirect("consultation_detail", pk=consultation.pk)
    context = {"form": form, "patient": patient, "same_day": same_day}
    return render(request, "consultations/form.html", context)


@login_required
def consultation_edit(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Edit a consultation, by its doctor."""
    rows = Consultation.objects.select_related("patient")
    with edited_rows(request, rows) as locked:
        consultation = get_editable(locked, request.user, pk)
        form = ConsultationForm(request.POST or None, instance=consultation)
        if request.method == "POST" and form.is_valid():
            save_changes(form, request.user)
            messages.success(request, _("Saved."))
            return redirect("consultation_detail", pk=pk)
    context = {"form": form, "patient": consultation.patient, "consultation": consultation}
    return render_form(request, "consultations/form.html", context, form)


@login_required
@vary_on_htmx
def consultation_detail(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """A consultation with a page of its images."""
    consultation = get_visible(
        Consultation.objects.select_related("patient", "doctor"), request.user, pk
    )
    images, cursor = consultation.images.all(), request.GET.get("before", "")
    page = keyset.page(images, IN_ORDER, cursor, grid_size(request, IMAGES))
    if page.lost:
        return restart_grid(request)
    record(Action.LISTED, consultation, images=len(page.images))
    editable = can_edit(consultation, request.user)
    context = {
        "consultation": consultation,
        "patient": consultation.patient,
        "can_edit": editable,
        "images": with_tile_facts(
            page.images, consultation.date, user=request.user, choosing=is_choosing(request)
        ),
        "next_query": query_string(request, before=page.next) if page.next else None,
        "list_day": f"{consultation.date}",
        **choosing_context(request, consultation.patient, editable),
    }
    part = wants_fragment(request)
    if part and cursor:
        return render(request, "components/tiles.html", context)
    found = survey(images, page)
    context |= {"total": found.total, "incomplete": found.incomplete if editable else 0}
    if editable:
        context["proposal"] = proposal(consultation, found.newest)
    if part:
        return render(request, "consultations/partials/images.html", context)
    if editable:
        context["lesions"] = list(
            Lesion.objects.filter(patient=consultation.patient_id).order_by("pk")
        )
    context["max_size"] = settings.MAX_UPLOAD_SIZE
    return render(request, "consultations/detail.html", context)
