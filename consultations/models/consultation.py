from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.models import Kind
from audit.subjects import audited
from core import keyset
from core.templatetags.dates import short_day

from ..dates import check_visit
from .access import RecordQuerySet, Viewer, rows_of
from .patient import Patient


class ConsultationQuerySet(RecordQuerySet["Consultation"]):
    def with_images_count(self, most: int | None = None) -> Self:
        """Adds `images_count`, which stops counting at `most` if that is given."""
        images = rows_of("ConsultationImage").filter(consultation=OuterRef("pk")).order_by()
        return self.annotate(images_count=keyset.Count(images.values("pk")[:most]))


def releases_diagnoses() -> bool:
    """Whether a new consultation shows its diagnosis to the patient: DIAGNOSES_RELEASED."""
    return bool(settings.DIAGNOSES_RELEASED)


class Consultation(models.Model):
    class Status(models.TextChoices):
        IN_PROGRESS = "in_progress", _("In progress")
        FOLLOW_UP = "follow_up", _("To follow up")
        CLOSED = "closed", _("Closed")

    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="consultations",
        limit_choices_to={"role": "doctor"},
        verbose_name=_("doctor"),
    )
    patient = models.ForeignKey(
        Patient, models.PROTECT, related_name="consultations", verbose_name=_("patient")
    )
    date = models.DateField(_("date"), default=timezone.localdate)
    reason = models.CharField(_("reason"), max_length=250, blank=True)
    diagnosis = models.CharField(_("diagnosis"), max_length=250, blank=True)
    diagnosis_released = models.BooleanField(
        _("show the diagnosis to the patient"),
        default=releases_diagnoses,
        help_text=_("They see it once the consultation is no longer in progress."),
    )
    notes = models.TextField(_("notes"), blank=True, help_text=_("The patient does not see them."))
    status = models.CharField(
        _("status"), max_length=20, choices=Status, default=Status.IN_PROGRESS
    )
    images_taken = models.BooleanField(_("images taken"), default=False, editable=False)
    created_at = models.DateTimeField(_("added"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    # Not columns: what a list shows besides them.
    images_count: int  # of `with_images_count`
    strip: dict[str, Any]  # of views/home.py: `add_strips`
    pictures_shown: int  # as well

    objects = ConsultationQuerySet.as_manager()
    audited = audited(Kind.CONSULTATION, patient_id="patient_id", doctor_id="doctor_id")

    class Meta:
        verbose_name = _("consultation")
        verbose_name_plural = _("consultations")
        ordering = ["-date", "-pk"]
        indexes = [
            models.Index(fields=["doctor", "-date", "-id"], name="consultation_by_doctor"),
            models.Index(fields=["patient", "-date", "-id"], name="consultation_by_patient"),
        ]

    def __str__(self) -> str:
        return f"{self.patient} · {short_day(self.date)}"

    @property
    def diagnosis_is_shown(self) -> bool:
        """Whether the patient sees the diagnosis: it is released, and the visit is over."""
        return self.diagnosis_released and self.status != self.Status.IN_PROGRESS

    def diagnosis_for(self, user: Viewer) -> str:
        """The diagnosis, or "" for a patient to whom it is not shown."""
        return self.diagnosis if user.pk == self.doctor_id or self.diagnosis_is_shown else ""

    def clean(self) -> None:
        check_visit(self)
