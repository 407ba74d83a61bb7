"""Former values of a record, for those who may edit it."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import BooleanField, DateField, Model
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.requests import AuthenticatedRequest
from audit.reading import last_change
from audit.trail import Action, record
from core.templatetags.dates import short_day

from ..comparing import versions
from ..forms import RecordForm
from ..models import Comparison, Consultation, ConsultationImage, Lesion, Patient, Revision
from .access import get_editable

PAGE = 30


def name_other_editors(form: RecordForm) -> None:
    """Set `saved` on each conflict: the event of the change that the user's text conflicts with."""
    for conflict in form.conflicts:
        about = form.instance.audited
        conflict.saved = last_change(about["kind"], form.instance.pk, conflict.field.name)


@login_required
def consultation_revisions(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Former values of a consultation."""
    consultation = get_editable(Consultation.objects.select_related("patient"), request.user, pk)
    back = reverse("consultation_edit", args=[pk])
    return _render_revisions(request, consultation, consultation.patient, back)


@login_required
def patient_revisions(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Former values of a patient's record."""
    patient = get_editable(Patient.objects, request.user, pk)
    return _render_revisions(request, patient, patient, reverse("patient_edit", args=[pk]))


@login_required
def image_revisions(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Former values of a photograph's metadata."""
    images = ConsultationImage.objects.select_related("consultation__patient")
    image = get_editable(images, request.user, pk)
    back = reverse("image_detail", args=[pk])
    return _render_revisions(request, image, image.consultation.patient, back)


@login_required
def lesion_revisions(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Former values of a lesion."""
    lesion = get_editable(Lesion.objects.select_related("patient"), request.user, pk)
    return _render_revisions(request, lesion, lesion.patient, reverse("lesion_edit", args=[pk]))


@login_required
def comparison_revisions(request: AuthenticatedRequest, pk: int) -> HttpResponse:
    """Former values of a comparison that was kept."""
    comparison = get_editable(Comparison.objects.select_related("patient"), request.user, pk)
    back, label = f"{reverse('compare')}?comparison={pk}", _("Back to the comparison")
    return _render_revisions(request, comparison, comparison.patient, back, label)


def _render_revisions(
    request: AuthenticatedRequest,
    subject: Consultation | Patient | ConsultationImage | Lesion | Comparison,
    patient: Patient,
    back: str,
    back_label: str = "",
) -> HttpResponse:
    revisions = Revision.objects.about(subject).select_related("changed_by")
    page = Paginator(revisions, PAGE).get_page(request.GET.get("page"))
    record(Action.VIEWED, subject, part="revisions")
    for revision in page:
        revision.fields = [
            _panes(subject, value, request.user)
            if isinstance(subject, Comparison) and name == "panes"
            else (*_readable(subject, name, value), "")
            for name, value in revision.former.items()
        ]
    context = {
        "page": page,
        "patient": patient,
        "subject": subject,
        "back": back,
        "back_label": back_label or _("Back to the form"),
    }
    return render(request, "consultations/revisions.html", context)


def _panes(comparison: Comparison, text: str, user: User) -> tuple[Any, str, str]:
    """(label, value, where they are shown) of former panes."""
    return _("Images"), versions.in_words(text, user), versions.address(comparison, text)


def _readable(subject: Model, name: str, value: str) -> tuple[Any, str]:
    """(label, value) of a former value, as a person reads it."""
    field: Any = subject._meta.get_field(name)  # a column: what a form edits
    labels = {str(key): label for key, label in field.flatchoices}
    if isinstance(field, BooleanField):
        labels = {"True": _("Yes"), "False": _("No")}
    elif isinstance(field, DateField) and value:
        labels = {value: short_day(field.to_python(value))}
    elif field.is_relation and value:
        labels = {value: str(field.related_model.objects.filter(pk=value).first() or value)}
    return field.verbose_name, labels.get(value, value)
