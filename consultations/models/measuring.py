"""The scale of an image, and what was measured in it: rows of their own, which go and move with it.

Coordinates are pixels of the picture as it stands upright (`StoredImage.width`, `height`), so that
they hold at any zoom, rotation and rendition. Nothing is overwritten: a new scale ends the former
one, a measurement that is deleted stays as history.
"""

from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .access import Viewer, rows_of
from .image import ConsultationImage

LEAST_MM, MOST_MM = 0.1, 2000.0  # of a length that a scale is drawn along
MOST_FIELD_MM = 3000.0  # what the whole picture may show: a standing person, and a margin
MOST_PX = 100_000  # of a coordinate; the image's own size is checked by the service
_AUTHOR: dict[str, Any] = {
    "to": settings.AUTH_USER_MODEL,
    "on_delete": models.SET_NULL,
    "null": True,
    "editable": False,
    "related_name": "+",
}


class Device(models.Model):
    """A dermatoscope of the practice, whose field of view is known."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    field_mm = models.FloatField(
        _("field of view (mm)"),
        validators=[MinValueValidator(LEAST_MM), MaxValueValidator(MOST_MM)],
        help_text=_("From edge to edge of what the picture shows, as its maker states it."),
    )
    tolerance = models.FloatField(
        _("tolerance (%)"),
        default=2,
        validators=[MinValueValidator(0), MaxValueValidator(50)],
        help_text=_("How far the field may differ from this. It goes into every margin of error."),
    )
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        verbose_name = _("dermatoscope")
        verbose_name_plural = _("dermatoscopes")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(field_mm__gte=LEAST_MM, field_mm__lte=MOST_MM),
                name="device_field_plausible",
            ),
            models.CheckConstraint(
                condition=Q(tolerance__gte=0, tolerance__lte=50), name="device_tolerance_plausible"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OfImage(models.QuerySet[Any]):
    """Rows about an image."""

    def editable_by(self, user: Viewer) -> Self:
        """Those of images that `user` may change: nobody else sees them, the patient neither."""
        images: Any = rows_of("ConsultationImage")
        return self.filter(image__in=images.editable_by(user).order_by().values("pk"))


class Method(models.TextChoices):
    """Where the millimetres of a scale come from."""

    RULER = "ruler", _("drawn along a ruler")
    FIELD = "field", _("field of view of a dermatoscope")
    BAR = "bar", _("scale bar of a dermatoscope")
    TICKS = "ticks", _("marks of a ruler, found and accepted")


class Scale(models.Model):
    """How many millimetres a pixel of an image is. The current one has no `ended_at`."""

    image = models.ForeignKey(
        ConsultationImage, models.CASCADE, related_name="scales", verbose_name=_("image")
    )
    method = models.CharField(_("how"), max_length=10, choices=Method)
    device = models.ForeignKey(
        Device, models.PROTECT, null=True, related_name="+", verbose_name=_("dermatoscope")
    )
    x1, y1, x2, y2 = (models.FloatField() for _place in range(4))  # px
    millimetres = models.FloatField(_("millimetres"))  # between the two points
    mm_per_px = models.FloatField(_("mm per px"))
    uncertainty = models.FloatField(_("relative uncertainty"))  # one standard deviation
    set_by = models.ForeignKey(verbose_name=_("set by"), **_AUTHOR)
    created_at = models.DateTimeField(_("when"), default=timezone.now)
    ended_at = models.DateTimeField(_("until"), null=True)

    objects = OfImage.as_manager()

    class Meta:
        verbose_name = _("scale")
        verbose_name_plural = _("scales")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["image"], condition=Q(ended_at=None), name="scale_one_current"
            ),
            # Nor NaN: for PostgreSQL it is larger than any number, for SQLite it is null.
            models.CheckConstraint(
                condition=Q(
                    **{f"{name}__gte": 0 for name in ("x1", "y1", "x2", "y2")},
                    **{f"{name}__lte": MOST_PX for name in ("x1", "y1", "x2", "y2")},
                ),
                name="scale_points_within_bounds",
            ),
            models.CheckConstraint(
                condition=Q(millimetres__gte=LEAST_MM, millimetres__lte=MOST_MM)
                & Q(mm_per_px__gt=0, mm_per_px__lte=MOST_MM)
                & Q(uncertainty__gte=0, uncertainty__lte=1),
                name="scale_plausible",
            ),
            models.CheckConstraint(
                condition=Q(method=Method.FIELD, device__isnull=False)
                | (~Q(method=Method.FIELD) & Q(device=None)),
                name="scale_device_with_field",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def px_per_mm(self) -> float:
        return 1 / self.mm_per_px

    @property
    def margin(self) -> float:
        """Of error, %: twice the relative standard deviation."""
        return 200 * self.uncertainty


class Kind(models.TextChoices):
    """What is measured: measuring/geometry.py has its points."""

    LENGTH = "length", _("Length")
    POLYLINE = "polyline", _("Length along a line")
    POLYGON = "polygon", _("Area of an outline")
    ELLIPSE = "ellipse", _("Area of an ellipse")


class LiveMeasurements(models.Manager.from_queryset(OfImage)):  # type: ignore[misc]
    """Without those that were deleted."""

    def get_queryset(self) -> OfImage:
        return super().get_queryset().filter(deleted_at=None)


class Measurement(models.Model):
    """What somebody measured. `value`, `millimetres` and `margin` follow from `points`, `pointing`
    and `scale`: when the image's scale changes, the service works them out anew."""

    image = models.ForeignKey(
        ConsultationImage, models.CASCADE, related_name="measurements", verbose_name=_("image")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    points = models.JSONField(_("points"))  # [[x, y], …] px
    pointing = models.FloatField(_("pointing error (px)"))  # one standard deviation
    value = models.FloatField(_("pixels"))  # px, of an area px²
    # With the scale at that time; without one all three are null. mm, of an area mm².
    scale = models.ForeignKey(
        Scale, models.CASCADE, null=True, related_name="+", verbose_name=_("scale")
    )
    millimetres = models.FloatField(_("millimetres"), null=True)
    margin = models.FloatField(_("margin of error"), null=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    author = models.ForeignKey(verbose_name=_("measured by"), **_AUTHOR)
    created_at = models.DateTimeField(_("when"), default=timezone.now)
    deleted_at = models.DateTimeField(_("deleted"), null=True)

    objects = LiveMeasurements()
    all_rows = OfImage.as_manager()  # with those that were deleted

    class Meta:
        verbose_name = _("measurement")
        verbose_name_plural = _("measurements")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(value__gt=0, value__lte=MOST_PX**2, pointing__gt=0)
                & Q(pointing__lte=MOST_PX),
                name="measurement_pixels_plausible",
            ),
            models.CheckConstraint(
                condition=Q(scale=None, millimetres=None, margin=None)
                | Q(scale__isnull=False, millimetres__gt=0, margin__gte=0)
                & Q(millimetres__lte=MOST_FIELD_MM**2, margin__lte=10 * MOST_FIELD_MM**2),
                name="measurement_millimetres_with_scale",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def is_area(self) -> bool:
        return self.kind in (Kind.POLYGON, Kind.ELLIPSE)
