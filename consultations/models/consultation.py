from collections.abc import Iterable
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.models import Kind
from audit.subjects import audited
from core import keyset
from core.search import matching_joined_words, matching_words, search_key
from core.templatetags.dates import short_day

from ..dates import check_review, check_visit
from .access import RecordQuerySet, Viewer, rows_of
from .patient import Patient

SEARCHED = ("reason", "diagnosis", "notes")  # the doctor's words
SEARCH_KEY_LENGTH = 2000  # characters: the beginning of long notes


class ConsultationQuerySet(RecordQuerySet["Consultation"]):
    def search(self, words: str) -> Self:
        """Those in whose reason, diagnosis and notes every word stands, in any order; without a
        result, once more ignoring spaces and hyphens."""
        found = matching_words(self, words)
        return found if not words or found.exists() else matching_joined_words(self, words)

    def to_follow_up(self) -> Self:
        """Those marked so or with a day on which to see the patient again, unless the patient came
        back later, to the same doctor. First what is due first; what has no day comes last."""
        later = rows_of("Consultation").filter(
            patient=OuterRef("patient"), doctor=OuterRef("doctor"), date__gt=OuterRef("date")
        )
        due = self.filter(Consultation.TO_FOLLOW_UP).exclude(Exists(later))
        return due.order_by(F("review_on").asc(nulls_last=True), "date", "pk")

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

    TO_FOLLOW_UP = Q(status=Status.FOLLOW_UP) | Q(review_on__isnull=False)

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
    review_on = models.DateField(
        _("follow up on"), null=True, blank=True, help_text=_("The home page will remind you.")
    )
    search_key = models.CharField(max_length=SEARCH_KEY_LENGTH, editable=False, default="")
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
            models.Index(
                fields=["doctor"],
                condition=Q(status="follow_up") | Q(review_on__isnull=False),
                name="consultation_to_follow_up",
            ),
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

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        words = {name: getattr(self, name) for name in SEARCHED}
        self.search_key = search_key(*words.values())[:SEARCH_KEY_LENGTH]
        if update_fields is not None and words.keys() & set(update_fields):
            update_fields = {*update_fields, "search_key"}
        super().save(*args, update_fields=update_fields, **kwargs)

    def of_the_same_day(self) -> ConsultationQuerySet:
        """Visits that may be this one: same patient, doctor and day, and the same reason or, on
        one of the two, none."""
        visits = Consultation.objects.filter(
            patient=self.patient_id, doctor=self.doctor_id, date=self.date
        )
        same = visits.filter(reason__in=["", self.reason]) if self.reason else visits
        return same.exclude(pk=self.pk)

    def clean(self) -> None:
        check_visit(self)
        check_review(self.date, self.review_on)
