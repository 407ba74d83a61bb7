"""Are these points in that picture, and can anything be measured with them?"""

from collections.abc import Sequence
from math import isfinite
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import ServiceError

from ..models import ConsultationImage
from . import geometry

LEAST_POINTING = 0.5  # px: nobody places a point better than that
CODES: dict[str, Any] = {
    "not_a_number": _("A point is a pair of numbers: [x, y]."),
    "outside_picture": _("A point lies outside the picture."),
    "too_few_points": _("There are too few points for this."),
    "too_many_points": _("There are too many points for this."),
    "nothing_measured": _("The points coincide or lie on one line: there is nothing to measure."),
    "self_crossing": _("The outline crosses itself: its area cannot be told."),
}


class BadPoints(ServiceError):
    """One of CODES."""

    attr = "points"

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code, self.detail = code, CODES[code]


def check_points(
    kind: str, points: Sequence[geometry.Point], image: ConsultationImage
) -> list[list[float]]:
    """The points, to a hundredth of a pixel. `kind` is one of geometry.POINTS. Raises BadPoints."""
    least, most = geometry.POINTS[kind]
    if len(points) > most:
        raise BadPoints("too_many_points")
    if len(points) < least:
        raise BadPoints("too_few_points")
    if not all(len(point) == 2 and all(map(isfinite, point)) for point in points):
        raise BadPoints("not_a_number")
    if not all(0 <= x <= image.width and 0 <= y <= image.height for x, y in points):
        raise BadPoints("outside_picture")
    placed = [[round(float(x), 2), round(float(y), 2)] for x, y in points]
    if kind == geometry.POLYGON and geometry.crosses_itself(placed):
        raise BadPoints("self_crossing")
    # Less than a pixel is no length, and no area.
    if geometry.main_figure(kind, placed, LEAST_POINTING).value < 1:
        raise BadPoints("nothing_measured")
    return placed


def pointing_error(pointing: float | None, image: ConsultationImage) -> float:
    """px, within what is plausible. Unless it is told, that of who sees the whole picture at once:
    a screen shows about a thousand of its pixels."""
    side = max(image.width, image.height)
    wanted = side / 1000 if pointing is None or not isfinite(pointing) else pointing
    return max(LEAST_POINTING, min(wanted, side / 20))
