"""Millimetres of the skin per pixel of an original."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from core.errors import ServiceError

Point = tuple[float, float]

LONGEST = 2000.0  # mm, of a ruler in a picture: more is a slip of the finger
SHORTEST = 5.0  # px, of a line that gives a scale
_MOST_MM_PER_PX = 10.0  # a body of two metres on 200 px


class MeasureRefused(ServiceError):
    """Points or a length that cannot give a figure. `code` is the API's, `detail` for a person."""

    MESSAGES = {
        "too_short": _("These points are too close together to measure by."),
        "outside_picture": _("A point lies outside the picture."),
        "impossible_length": _("A length in a picture is more than 0 and at most 2 m."),
        "impossible_scale": _("No photograph of skin has this scale."),
        "too_few_points": _("An outline has at least three points."),
        "crossing_outline": _("This outline crosses itself."),
    }

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)

    @property
    def detail(self) -> str:  # type: ignore[override]
        return str(self.MESSAGES[self.code])


@dataclass(frozen=True, slots=True)
class Scale:
    """`mm_per_px`, ± `uncertainty` (1 σ, mm per px). Raises MeasureRefused for impossible ones."""

    mm_per_px: float
    uncertainty: float = 0.0

    def __post_init__(self) -> None:
        possible = math.isfinite(self.mm_per_px) and math.isfinite(self.uncertainty)
        if not possible or not 0 < self.mm_per_px <= _MOST_MM_PER_PX or self.uncertainty < 0:
            raise MeasureRefused("impossible_scale")

    @property
    def relative(self) -> float:
        """The uncertainty as a share of the scale, 1 σ."""
        return self.uncertainty / self.mm_per_px

    @classmethod
    def of_line(cls, start: Point, end: Point, mm: float, *, pointing: float) -> "Scale":
        """A line drawn along a ruler, `mm` long, each end pointed at within `pointing` px (1 σ)."""
        if not (math.isfinite(mm) and 0 < mm <= LONGEST):
            raise MeasureRefused("impossible_length")
        pixels = math.dist(start, end)
        if not math.isfinite(pixels) or pixels < SHORTEST:
            raise MeasureRefused("too_short")
        return cls(mm / pixels, mm / pixels * math.sqrt(2) * pointing / pixels)

    @classmethod
    def of_ticks(cls, period: float, uncertainty: float, mm: float) -> "Scale":
        """A ruler's ticks, `mm` apart: every `period` px, ± `uncertainty` px (2 σ), as
        imaging.geometry.find_ticks has them."""
        if not (math.isfinite(mm) and 0 < mm <= LONGEST):
            raise MeasureRefused("impossible_length")
        if not (math.isfinite(period) and period > 0 and math.isfinite(uncertainty)):
            raise MeasureRefused("too_short")
        return cls(mm / period, mm / period * uncertainty / 2 / period)

    @classmethod
    def of_field(cls, diameter: float, mm: float, *, pointing: float) -> "Scale":
        """A dermoscope's field of view, `mm` across, that is `diameter` px in the picture."""
        return cls.of_line((0.0, 0.0), (diameter, 0.0), mm, pointing=pointing)


def check_inside(points: Iterable[Point], width: int, height: int) -> None:
    """Raises MeasureRefused where a point lies outside a picture of `width` × `height` px."""
    for x, y in points:
        if not (0 <= x <= width and 0 <= y <= height):  # NaN, too
            raise MeasureRefused("outside_picture")
