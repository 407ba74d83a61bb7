"""Setting and removing the scale of an image. What was measured in it follows at once.

Locks as everywhere: the consultation, then the image (locking.py).
"""

from collections.abc import Callable, Sequence
from math import hypot, isfinite, sqrt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.trail import Action, record
from core.errors import ServiceError

from ..locking import lock_image
from ..models import ConsultationImage, Device, Measurement, Scale
from ..models.measuring import LEAST_MM, MOST_FIELD_MM, MOST_MM, Method
from .geometry import LENGTH, Point, distance, main_figure
from .points import BadPoints, check_points, pointing_error

MOST_UNCERTAINTY = 0.1  # relative, of the drawn length
Check = Callable[[Scale | None], None]


class ScaleTooShort(ServiceError):
    """A line so short that pointing at its ends is a large part of it; of no length at all."""

    code, attr = "scale_too_short", "points"
    detail = _("This line is too short for a scale: draw along a longer stretch.")


class ImplausibleScale(ServiceError):
    code, attr = "implausible_scale", "millimetres"
    detail = _("Such a scale is not plausible: check the millimetres.")


class DeviceMismatch(ServiceError):
    """A field of view without its device, or a device without its field of view."""

    code, attr = "device_mismatch", "device"
    detail = _("Choose a dermatoscope for a field of view, and none otherwise.")


class MillimetresMissing(ServiceError):
    code, attr = "required", "millimetres"
    detail = _("How long is the line, in millimetres?")


class NoScale(ServiceError):
    code, status = "no_scale", 409
    detail = _("This image has no scale.")


def current_scale(image: ConsultationImage) -> Scale | None:
    return (
        Scale.objects.filter(image=image, ended_at=None).select_related("device", "set_by").first()
    )


def scales_of(images: Sequence[ConsultationImage]) -> dict[int, float]:
    """{key: mm per px} of those whose scale is known."""
    current = Scale.objects.filter(image__in=images, ended_at=None)
    return dict(current.values_list("image_id", "mm_per_px"))


def set_scale(
    *,
    image: int,
    user: User,
    method: str,
    points: Sequence[Point],
    millimetres: float | None = None,
    device: Device | None = None,
    pointing: float | None = None,
    check: Check | None = None,
) -> Scale:
    """Give an image (its key) a scale: between two points (px) lie that many millimetres, or the
    device's field of view. `pointing` is how far off a point may be, px (standard deviation).

    `check(current scale)` is called under the lock, and may raise. Raises
    ConsultationImage.DoesNotExist, BadPoints, ScaleTooShort, ImplausibleScale, MillimetresMissing,
    DeviceMismatch.
    """
    if (method == Method.FIELD) != (device is not None):
        raise DeviceMismatch
    length_mm = device.field_mm if device else millimetres
    if length_mm is None:
        raise MillimetresMissing
    with transaction.atomic():
        row = lock_image(image, user)
        if check:
            check(current_scale(row))
        (x1, y1), (x2, y2) = two_points(points, row)
        length_px = distance((x1, y1), (x2, y2))
        of_points = sqrt(2) * pointing_error(pointing, row) / length_px
        if of_points > MOST_UNCERTAINTY:
            raise ScaleTooShort
        mm_per_px = length_mm / length_px
        _check_plausible(length_mm, mm_per_px * max(row.width, row.height))
        _end_current(row)
        scale = Scale.objects.create(
            image=row,
            method=method,
            device=device,
            x1=x1,
            y1=y1,
            x2=x2,
            y2=y2,
            millimetres=length_mm,
            mm_per_px=mm_per_px,
            uncertainty=hypot(of_points, device.tolerance / 100 if device else 0),
            set_by=user,
        )
        _measure_anew(row, scale)
        record(Action.CHANGED, row, scale=scale.pk, method=method)
    return scale


def remove_scale(*, image: int, user: User, check: Check | None = None) -> None:
    """End the current scale; what was measured is in pixels then. `check` as above. Raises
    ConsultationImage.DoesNotExist, NoScale."""
    with transaction.atomic():
        row = lock_image(image, user)
        current = current_scale(row)
        if check:
            check(current)
        if current is None:
            raise NoScale
        _end_current(row)
        _measure_anew(row, None)
        record(Action.CHANGED, row, scale=None)


def two_points(points: Sequence[Point], image: ConsultationImage) -> list[list[float]]:
    """The ends of a line in the picture. Raises BadPoints, ScaleTooShort."""
    try:
        return check_points(LENGTH, points, image)
    except BadPoints as error:
        if error.code == "nothing_measured":
            raise ScaleTooShort from error
        raise


def _check_plausible(length_mm: float, field_mm: float) -> None:
    """`field_mm`: what the whole picture would show."""
    plausible = isfinite(length_mm) and LEAST_MM <= length_mm <= MOST_MM
    if not plausible or not LEAST_MM <= field_mm <= MOST_FIELD_MM:
        raise ImplausibleScale


def _end_current(image: ConsultationImage) -> None:
    Scale.objects.filter(image=image).filter(ended_at=None).update(ended_at=timezone.now())


def _measure_anew(image: ConsultationImage, scale: Scale | None) -> None:
    rows = list(Measurement.objects.filter(image=image))
    for row in rows:
        fill_figures(row, scale)
    Measurement.objects.bulk_update(rows, ["value", "scale", "millimetres", "margin"])


def fill_figures(row: Measurement, scale: Scale | None) -> None:
    """Work out what follows from its points and this scale."""
    figure = main_figure(row.kind, row.points, row.pointing)
    row.value, row.scale, row.millimetres, row.margin = figure.value, scale, None, None
    if scale:
        row.millimetres, row.margin = figure.scaled(scale.mm_per_px, scale.uncertainty)
