from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.models import Kind
from audit.subjects import audited
from core.templatetags.dates import short_day
from core.templatetags.words import phrase
from imaging.models import IN_BIN, LIVE

from ..dating import DatedImage
from ..ordering import AS_ADDED, IN_BIN_ORDER, IN_ORDER, INDEXES, descending
from ..vocabulary import (
    BODY_SITES,
    DermoscopicType,
    ImageType,
    Laterality,
    Mirrored,
    body_site_choices,
)
from .access import RecordQuerySet, Viewer
from .consultation import Consultation
from .lesion import Lesion
from .patient import Patient

OF_ANOTHER, ON_OTHER_SIDE = "lesion_of_another_patient", "lesion_on_other_side"
OTHER_PATIENT = _("This lesion is another patient's.")
OTHER_SIDE = _("The picture and its lesion (%(lesion)s) are of different sides.")
_COPY: dict[str, Any] = {
    "on_delete": models.DO_NOTHING,
    "related_name": "+",
    "db_index": False,
    "editable": False,
}


# What filters and comparisons by type and site do not find.
INCOMPLETE = Q(image_type=ImageType.OTHER, other_chosen=False) | Q(body_site="")


class ConsultationImageQuerySet(RecordQuerySet["ConsultationImage"]):
    def in_order(self) -> Self:
        """The order of grids and viewers: primary first, then by the day shown, latest first."""
        return self.order_by(*descending(IN_ORDER))

    def as_added(self) -> Self:
        """The order of the API: primary first, then the latest added."""
        return self.order_by(*descending(AS_ADDED))

    def incomplete(self) -> Self:
        """Those whose type or body site nobody has said."""
        return self.filter(INCOMPLETE)

    def in_bin_of(self, user: Viewer) -> Self:
        """Of `ConsultationImage.all_rows`: what a doctor may still restore, last deleted first."""
        return self.editable_by(user).filter(IN_BIN).order_by(*descending(IN_BIN_ORDER))


class LiveImages(models.Manager.from_queryset(ConsultationImageQuerySet)):  # type: ignore[misc]
    """Without the bin. As the default manager it is that of `consultation.images`, too, so that
    what is in the bin is nowhere that does not ask for it by `all_rows`."""

    def get_queryset(self) -> ConsultationImageQuerySet:
        return super().get_queryset().filter(LIVE)


class ConsultationImage(DatedImage):
    consultation = models.ForeignKey(
        Consultation, models.CASCADE, related_name="images", verbose_name=_("consultation")
    )
    # Copies of the consultation's columns: access checks and indexes need them in the image's row.
    # Triggers keep them in step (consultations/triggers.py); the consultation's keys protect them.
    patient = models.ForeignKey(Patient, **_COPY)
    doctor = models.ForeignKey(settings.AUTH_USER_MODEL, **_COPY)
    consultation_date = models.DateField(editable=False)
    image_type = models.CharField(
        _("type"), max_length=20, choices=ImageType, default=ImageType.OTHER
    )
    # "Other" is what an image is until somebody says its type, and may be what they say.
    other_chosen = models.BooleanField(_("“Other” by choice"), default=False, db_default=False)
    dermoscopic_type = models.CharField(
        _("dermoscopy mode"), max_length=30, choices=DermoscopicType, blank=True
    )
    body_location = models.CharField(_("location"), max_length=150, blank=True)
    body_site = models.CharField(
        _("body site"), max_length=20, choices=body_site_choices, blank=True
    )
    laterality = models.CharField(_("side"), max_length=10, choices=Laterality, blank=True)
    # Of its own patient and not of the other side: triggers refuse any other, and take it away from
    # an image that moves to another patient (consultations/lesion_triggers.py).
    lesion = models.ForeignKey(
        Lesion,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="images",
        db_index=False,  # ordering.py has one
        verbose_name=_("lesion"),
    )
    # No pixel is ever mirrored in the storage; what is known of it is shown wherever the image is.
    mirrored = models.CharField(
        _("front camera: is the picture mirrored?"),
        max_length=7,
        choices=Mirrored,
        blank=True,
        default="",
        db_default="",
    )
    description = models.TextField(_("description"), max_length=2000, blank=True)
    is_primary = models.BooleanField(_("primary image"), default=False)

    tile: dict[str, Any]  # no column: what a grid shows of it (facts.py)

    objects = LiveImages()
    all_rows = ConsultationImageQuerySet.as_manager()  # with the bin
    audited = audited(Kind.CONSULTATION_IMAGE, patient_id="patient_id", doctor_id="doctor_id")

    class Meta(DatedImage.Meta):
        verbose_name = _("consultation image")
        verbose_name_plural = _("consultation images")
        ordering = ["-created_at", "-pk"]
        indexes = INDEXES
        constraints = [
            *DatedImage.Meta.constraints,
            models.UniqueConstraint(
                fields=["consultation"],
                condition=Q(is_primary=True) & LIVE,  # in the bin it remembers that it was
                name="consultationimage_one_live_primary",
            ),
            models.CheckConstraint(
                condition=Q(dermoscopic_type="") | Q(image_type=ImageType.DERMOSCOPY),
                name="consultationimage_dermoscopic_type_only_with_dermoscopy",
                violation_error_message=_("A dermoscopy mode goes only with dermoscopy."),
            ),
            models.CheckConstraint(
                condition=Q(other_chosen=False) | Q(image_type=ImageType.OTHER),
                name="consultationimage_other_chosen_only_with_other",
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            visit = self.consultation
            self.patient_id, self.doctor_id = visit.patient_id, visit.doctor_id
            self.consultation_date = visit.date
        super().save(*args, **kwargs)

    def clean(self) -> None:
        super().clean()
        if not (self.lesion_id and self.lesion):
            return
        if self.lesion.patient_id != self.consultation.patient_id:
            raise ValidationError({"lesion": ValidationError(OTHER_PATIENT, code=OF_ANOTHER)})
        if self.is_opposite(self.lesion):
            error = ValidationError(OTHER_SIDE, code=ON_OTHER_SIDE, params={"lesion": self.lesion})
            raise ValidationError({"lesion": error})

    def is_opposite(self, lesion: Lesion) -> bool:
        """Whether it shows one side of the body and the lesion is on the other."""
        side = self.laterality
        return bool(side in Laterality and Laterality(side).opposite == lesion.laterality != "")

    def __str__(self) -> str:
        """What it shows and of which day: for the admin."""
        return f"{self.label} · {short_day(self.consultation_date)}"

    @property
    def incomplete(self) -> bool:
        """As INCOMPLETE."""
        return not (self.type_said and self.body_site)

    @property
    def type_said(self) -> str:
        """The type that somebody has said, or ""."""
        unsaid = self.image_type == ImageType.OTHER and not self.other_chosen
        return "" if unsaid else self.image_type

    def equally_unknown(self) -> list[int]:
        """Where nobody has said whether this image is mirrored: the keys of the other such images
        of its consultation."""
        if self.mirrored != Mirrored.UNKNOWN:
            return []
        others = self.consultation.images.filter(mirrored=Mirrored.UNKNOWN).exclude(pk=self.pk)
        return list(others.order_by("pk").values_list("pk", flat=True))

    @property
    def site_label(self) -> str:
        """For example "Forearm, front, left" or "Nose"; else the location as typed, or ""."""
        site = BODY_SITES.get(self.body_site)
        if not site:
            return self.body_location
        return phrase([site.label, self.get_laterality_display()])

    @property
    def lesion_label(self) -> str:
        """For example "L2", or ""."""
        return self.lesion.label if self.lesion else ""

    @property
    def label(self) -> str:
        """For example "Overview, forearm, front, left"."""
        return phrase([self.get_image_type_display(), self.site_label])
