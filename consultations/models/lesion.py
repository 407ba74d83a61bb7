from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.models import Kind
from audit.subjects import audited
from core import keyset
from core.templatetags.words import phrase

from ..dates import check_lesion
from ..vocabulary import BODY_SITES, BodyView, Laterality, body_site_choices
from .access import Viewer, rows_of
from .patient import Patient

LABEL_LENGTH = 20  # characters
LABEL_TAKEN = _("Another lesion of this patient has this label.")
OTHER_SIDE = _("%(n)s of its images show the other side: change those first.")


class LesionQuerySet(models.QuerySet["Lesion"]):
    """Seen and changed by whom the patient's record is."""

    def visible_to(self, user: Viewer) -> Self:
        patients = rows_of("Patient").visible_to(user)
        return self.filter(patient__in=patients.order_by().values("pk"))

    def editable_by(self, user: Viewer) -> Self:
        patients = rows_of("Patient").editable_by(user)
        return self.filter(patient__in=patients.order_by().values("pk"))

    def with_images_count(self, user: Viewer) -> Self:
        """Adds `images_count`: of its images, how many `user` may see."""
        images = rows_of("ConsultationImage").visible_to(user)
        own = images.filter(lesion=OuterRef("pk")).order_by()
        return self.annotate(images_count=keyset.Count(own.values("pk")))

    def overdue(self) -> Self:
        """Those that were to be seen again before today."""
        return self.filter(Lesion.TO_REVIEW, next_review__lt=timezone.localdate())


class Lesion(models.Model):
    """Something on a patient's skin that is followed from visit to visit."""

    class Status(models.TextChoices):
        WATCHED = "watched", _("Watched")
        EXCISED = "excised", _("Excised")
        RESOLVED = "resolved", _("Resolved")

    TO_REVIEW = Q(status=Status.WATCHED, next_review__isnull=False)

    patient = models.ForeignKey(
        Patient, models.CASCADE, related_name="lesions", verbose_name=_("patient")
    )
    label = models.CharField(_("label"), max_length=LABEL_LENGTH)
    body_site = models.CharField(
        _("body site"), max_length=20, choices=body_site_choices, blank=True
    )
    laterality = models.CharField(_("side"), max_length=10, choices=Laterality, blank=True)
    # The point on the body map, as fractions of the drawing's width and height from its top left
    # corner; a child's drawing shows it in a child's proportions (bodymap/).
    map_view = models.CharField(_("drawing"), max_length=12, choices=BodyView, blank=True)
    map_x = models.FloatField(_("across"), null=True, blank=True)
    map_y = models.FloatField(_("down"), null=True, blank=True)
    first_seen = models.DateField(_("first seen"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WATCHED)
    next_review = models.DateField(_("next review"), null=True, blank=True)
    notes = models.TextField(
        _("notes"), max_length=2000, blank=True, help_text=_("The patient does not see them.")
    )
    created_at = models.DateTimeField(_("added"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    images_count: int  # of `with_images_count`
    images: Any  # a related manager

    objects = LesionQuerySet.as_manager()
    audited = audited(Kind.LESION, patient_id="patient_id")

    class Meta:
        verbose_name = _("lesion")
        verbose_name_plural = _("lesions")
        ordering = ["patient_id", "pk"]
        indexes = [
            models.Index(
                fields=["next_review"],
                condition=Q(status="watched", next_review__isnull=False),
                name="lesion_to_review",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "label"],
                name="lesion_label_unique",
                violation_error_message=LABEL_TAKEN,
            ),
            models.CheckConstraint(condition=~Q(label=""), name="lesion_has_label"),
            models.CheckConstraint(
                condition=Q(map_view="", map_x__isnull=True, map_y__isnull=True)
                | (~Q(map_view="") & Q(map_x__isnull=False, map_y__isnull=False)),
                name="lesion_point_all_or_none",
                violation_error_message=_("A point has a drawing and both coordinates."),
            ),
            models.CheckConstraint(
                condition=Q(map_x__isnull=True) | Q(map_x__range=(0, 1), map_y__range=(0, 1)),
                name="lesion_point_in_drawing",
                violation_error_message=_("The point lies outside the drawing."),
            ),
        ]

    def __str__(self) -> str:
        return phrase([self.label, self.site_label])

    def clean(self) -> None:
        check_lesion(self)
        twins = Lesion.objects.filter(patient=self.patient_id, label=self.label)
        if twins.exclude(pk=self.pk).exists():
            raise ValidationError({"label": ValidationError(LABEL_TAKEN, code="unique")})
        if images := self.images_on_other_side(self.laterality):
            error = ValidationError(OTHER_SIDE, code="images_on_other_side", params={"n": images})
            raise ValidationError({"laterality": error})

    def images_on_other_side(self, side: str) -> int:
        """How many of its images, in the bin or not, would show the other side if this was its."""
        if not self.pk or side not in Laterality:
            return 0
        images = rows_of("ConsultationImage", "all_rows").filter(lesion=self.pk)
        opposite = Laterality(side).opposite
        return images.filter(laterality=opposite).count() if opposite else 0

    @property
    def site_label(self) -> str:
        """For example "Forearm, front, left", or ""."""
        site = BODY_SITES.get(self.body_site)
        return phrase([site.label if site else "", self.get_laterality_display()])

    @property
    def is_overdue(self) -> bool:
        """Whether it was to be seen again before today."""
        due = self.next_review if self.status == self.Status.WATCHED else None
        return due is not None and due < timezone.localdate()
