"""Pictures of one patient that a doctor laid side by side, or over each other, and kept."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils.translation import gettext_lazy as _

from audit.models import Kind
from audit.subjects import audited

from .access import RecordQuerySet, Viewer
from .image import ConsultationImage
from .patient import Patient

LEAST_PANES, MOST_PANES = 2, 4
# A picture's pixel is shown within these sizes of the common frame's; its origin lies within reach
# of it (both in the common frame's pixels).
SMALLEST_SCALE, LARGEST_SCALE = 0.01, 100.0
FARTHEST = 1_000_000.0
TRANSFORM = ("a", "b", "x", "y")


class Mode(models.TextChoices):
    """How panes are shown."""

    SIDE = "side", _("Side by side")
    SWIPE = "swipe", _("Swipe")
    OVERLAY = "overlay", _("Overlay")
    BLINK = "blink", _("Blink")
    DIFFERENCE = "difference", _("Difference")


class ComparisonQuerySet(RecordQuerySet["Comparison"]):
    def of_lesion(self, lesion: Any) -> Self:
        """Those that show a picture of this lesion (or its key)."""
        panes = ComparisonPane.objects.filter(comparison=OuterRef("pk"), image__lesion=lesion)
        return self.filter(Exists(panes))

    def with_panes(self, user: Viewer) -> Self:
        """With `all_panes` in order; the image of each is there where it exists, is not in the bin
        and may be seen by `user`, else None."""
        images = ConsultationImage.objects.visible_to(user)
        panes = ComparisonPane.objects.order_by("position")
        return self.prefetch_related(
            Prefetch("all_panes", panes.prefetch_related(Prefetch("image", images)))
        )


class Comparison(models.Model):
    """Ruled as images are: its doctor changes it, its patient sees it (without the note)."""

    patient = models.ForeignKey(
        Patient, models.CASCADE, related_name="comparisons", verbose_name=_("patient")
    )
    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("doctor"),
    )
    name = models.CharField(_("name"), max_length=150)
    note = models.TextField(
        _("note"), max_length=2000, blank=True, help_text=_("The patient does not see it.")
    )
    mode = models.CharField(_("display"), max_length=20, choices=Mode, default=Mode.SIDE)
    # {"x", "y", "zoom", "angle"}: the middle of the common frame that is looked at (its pixels),
    # how much larger than fitted, degrees clockwise; None: all of it, fitted.
    view = models.JSONField(_("view"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("added"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    all_panes: Any  # of `with_panes`
    objects = ComparisonQuerySet.as_manager()
    audited = audited(Kind.COMPARISON, patient_id="patient_id", doctor_id="doctor_id")

    class Meta:
        verbose_name = _("comparison")
        verbose_name_plural = _("comparisons")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["patient", "-created_at", "-id"], name="comparison_by_patient")
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="comparison_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"  # no name: it may say a diagnosis

    @property
    def panes(self) -> list["ComparisonPane"]:
        """Those whose picture is still this patient's and may be seen; of `with_panes`."""
        return [
            pane
            for pane in self.all_panes.all()
            if pane.image and pane.image.patient_id == self.patient_id
        ]

    @property
    def missing(self) -> int:
        """How many panes have lost their picture."""
        return len(self.all_panes.all()) - len(self.panes)


class ComparisonPane(models.Model):
    """One picture of a comparison, and where it lies in the frame that all of them share.

    A pixel (u, v) of the original as it is shown (upright; mirrored where `flipped`) lies at
    (a·u − b·v + x, b·u + a·v + y) of that frame.
    """

    comparison = models.ForeignKey(Comparison, models.CASCADE, related_name="all_panes")
    position = models.PositiveSmallIntegerField(_("order"))
    # A picture that is deleted for good leaves its pane behind, so that the comparison can say so.
    image = models.ForeignKey(
        ConsultationImage,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("consultation image"),
    )
    a = models.FloatField()
    b = models.FloatField()
    x = models.FloatField()
    y = models.FloatField()
    flipped = models.BooleanField(_("mirrored"), default=False)

    class Meta:
        verbose_name = _("picture of a comparison")
        verbose_name_plural = _("pictures of a comparison")
        constraints = [
            models.UniqueConstraint(
                fields=["comparison", "position"], name="comparisonpane_one_per_position"
            ),
            models.UniqueConstraint(
                fields=["comparison", "image"], name="comparisonpane_image_once"
            ),
            models.CheckConstraint(
                condition=Q(position__lt=MOST_PANES), name="comparisonpane_at_most_four"
            ),
            # What is not a number is within no range.
            models.CheckConstraint(
                condition=Q(
                    a__range=(-LARGEST_SCALE, LARGEST_SCALE),
                    b__range=(-LARGEST_SCALE, LARGEST_SCALE),
                    x__range=(-FARTHEST, FARTHEST),
                    y__range=(-FARTHEST, FARTHEST),
                ),
                name="comparisonpane_transform_within_reach",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def transform(self) -> dict[str, float]:
        """{"a", "b", "x", "y"}."""
        return {name: getattr(self, name) for name in TRANSFORM}
