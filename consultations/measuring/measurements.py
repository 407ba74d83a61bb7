"""Measuring in an image, and taking a measurement back."""

from collections.abc import Callable, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.trail import Action, record
from core.errors import ServiceError

from ..locking import lock_image
from ..models import Measurement
from .geometry import Point
from .points import check_points, pointing_error
from .scales import current_scale, fill_figures

MOST_MEASUREMENTS = 100  # of one image


class TooManyMeasurements(ServiceError):
    code, status = "too_many_measurements", 409
    detail = _("This image has as many measurements as it can have: delete some first.")


def add_measurement(
    *,
    image: int,
    user: User,
    kind: str,
    points: Sequence[Point],
    pointing: float | None = None,
    note: str = "",
) -> Measurement:
    """Keep what was measured in an image (its key), at its current scale if it has one. `points`
    and `pointing` (how far off a point may be, standard deviation) are px.

    Raises ConsultationImage.DoesNotExist, BadPoints, TooManyMeasurements.
    """
    with transaction.atomic():
        row = lock_image(image, user)
        if Measurement.objects.filter(image=row).count() >= MOST_MEASUREMENTS:
            raise TooManyMeasurements
        made = Measurement(
            image=row,
            kind=kind,
            points=check_points(kind, points, row),
            pointing=pointing_error(pointing, row),
            note=note,
            author=user,
        )
        fill_figures(made, current_scale(row))
        made.save()
        record(Action.CHANGED, row, measurement=made.pk, measured=kind)
    return made


def delete_measurement(
    *, measurement: Measurement, user: User, check: Callable[[Measurement], None] | None = None
) -> None:
    """Take a measurement away; its row stays as history. `check(measurement)` is called under the
    lock, and may raise. Raises Measurement.DoesNotExist and ConsultationImage.DoesNotExist where it
    is gone."""
    with transaction.atomic():
        image = lock_image(measurement.image_id, user)
        row = Measurement.objects.select_related("scale").get(pk=measurement.pk)
        if check:
            check(row)
        row.deleted_at = timezone.now()
        row.save(update_fields=["deleted_at"])
        record(Action.CHANGED, image, measurement=row.pk, deleted=True)
