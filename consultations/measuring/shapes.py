"""Lengths and areas, in millimetres where there is a scale, in pixels where there is none."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from .scale import MeasureRefused, Point, Scale

POINTING = 2.0  # px of the original, 1 σ: a click on a picture that fills a screen
_COVER = 2.0  # σ in a margin: 19 figures in 20 are nearer to the truth
_SEGMENTS = 180  # of an ellipse's polygon


@dataclass(frozen=True, slots=True)
class Measured:
    """`value` ± `margin` (2 σ), in `unit`: mm, mm², px or px²."""

    value: float
    margin: float
    unit: str

    @property
    def relative(self) -> float:
        """The margin as a share of the value."""
        return self.margin / self.value if self.value else math.inf


@dataclass(frozen=True, slots=True)
class Ellipse:
    """`centre` (x, y) px; half axes `a`, `b` px; `turn` rad of the first, from the x axis."""

    centre: Point
    a: float
    b: float
    turn: float = 0.0

    def polygon(self) -> list[Point]:
        """Its outline, as many points that its area is right within a thousandth."""
        if not (min(self.a, self.b) > 0 and math.isfinite(self.a + self.b + self.turn)):
            raise MeasureRefused("too_short")
        cos, sin = math.cos(self.turn), math.sin(self.turn)
        out = []
        for step in range(_SEGMENTS):
            angle = 2 * math.pi * step / _SEGMENTS
            u, v = self.a * math.cos(angle), self.b * math.sin(angle)
            out.append((self.centre[0] + u * cos - v * sin, self.centre[1] + u * sin + v * cos))
        return out


def length(
    points: Sequence[Point], scale: Scale | None = None, *, pointing: float = POINTING
) -> Measured:
    """Of a line, or along a polyline, whose points are pointed at within `pointing` px (1 σ)."""
    if len(points) < 2:
        raise MeasureRefused("too_short")
    total = sum(math.dist(*pair) for pair in pairwise(points))
    if not math.isfinite(total) or total <= 0:
        raise MeasureRefused("too_short")
    # How the length changes as each point moves: by the difference of its two directions.
    variance = 0.0
    for index, here in enumerate(points):
        gx = gy = 0.0
        for other in (*points[max(0, index - 1) : index], *points[index + 1 : index + 2]):
            if distance := math.dist(here, other):
                gx += (here[0] - other[0]) / distance
                gy += (here[1] - other[1]) / distance
        variance += pointing**2 * (gx * gx + gy * gy)
    return _in_mm(total, variance, scale, power=1)


def perimeter(
    outline: Sequence[Point],
    scale: Scale | None = None,
    *,
    pointing: float = POINTING,
    edge: float = 0.0,
) -> Measured:
    """Of a closed outline. `edge` px (1 σ): how far off all of it may lie, outwards or inwards."""
    points = _closed(outline)
    found = length([*points, points[0]], None, pointing=pointing)
    variance = (found.margin / _COVER) ** 2 + (2 * math.pi * edge) ** 2
    return _in_mm(found.value, variance, scale, power=1)


def area(
    outline: Sequence[Point] | Ellipse,
    scale: Scale | None = None,
    *,
    pointing: float = POINTING,
    edge: float = 0.0,
) -> Measured:
    """Within a closed outline, or an ellipse. `pointing` px (1 σ) is each point's own error, `edge`
    px (1 σ) the one that they share: where one sees the lesion's edge."""
    if isinstance(outline, Ellipse):
        outline.polygon()  # refuses what is none
        size = math.pi * outline.a * outline.b
        variance = (math.pi * pointing) ** 2 * (outline.a**2 + outline.b**2)
        around = math.pi * (outline.a + outline.b)
    else:
        points = _closed(outline)
        ring = [points[-1], *points, points[0]]
        size = abs(sum(p[0] * q[1] - q[0] * p[1] for p, q in pairwise(ring[1:]))) / 2
        spans = zip(ring, ring[2:], strict=False)
        variance = pointing**2 * sum(math.dist(p, q) ** 2 for p, q in spans) / 4
        around = sum(math.dist(*pair) for pair in pairwise(ring[1:]))
    if size <= 0:
        raise MeasureRefused("too_short")
    return _in_mm(size, variance + (around * edge) ** 2, scale, power=2)


def largest_diameter(
    outline: Sequence[Point] | Ellipse,
    scale: Scale | None = None,
    *,
    pointing: float = POINTING,
    edge: float = 0.0,
) -> Measured:
    """The largest distance between two points of an outline, or of an ellipse."""
    if isinstance(outline, Ellipse):
        outline.polygon()
        ends = [(0.0, 0.0), (2 * max(outline.a, outline.b), 0.0)]
    else:
        ends = list(max(combinations(_closed(outline), 2), key=lambda pair: math.dist(*pair)))
    found = length(ends, None, pointing=pointing)
    variance = (found.margin / _COVER) ** 2 + (2 * edge) ** 2
    return _in_mm(found.value, variance, scale, power=1)


def size_of_area(found: Measured) -> Measured:
    """The diameter of the disc of this area: of an irregular lesion it varies less than the largest
    diameter from one outline to the next."""
    value = 2 * math.sqrt(found.value / math.pi)
    return Measured(value, found.relative / 2 * value, found.unit.removesuffix("²"))


def _closed(outline: Sequence[Point]) -> list[Point]:
    points = [*outline]
    if len(points) > 1 and points[0] == points[-1]:
        points.pop()
    if len(points) < 3:
        raise MeasureRefused("too_few_points")
    if not all(math.isfinite(x) and math.isfinite(y) for x, y in points):
        raise MeasureRefused("outside_picture")
    if _crosses(points):
        raise MeasureRefused("crossing_outline")
    return points


def _crosses(points: list[Point]) -> bool:
    """Whether two sides that are not neighbours cut each other: what such an outline holds cannot
    be said."""
    sides = list(pairwise([*points, points[0]]))
    last = len(sides) - 1
    return any(
        _cut(sides[one], sides[other])
        for one in range(len(sides))
        for other in range(one + 2, len(sides))
        if not (one == 0 and other == last)
    )


def _cut(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    (a, b), (c, d) = one, other
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(a: Point, b: Point, point: Point) -> float:
    return (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0])


def _in_mm(pixels: float, variance: float, scale: Scale | None, *, power: int) -> Measured:
    """A figure in px or px² with its variance, in mm or mm² at a scale."""
    unit = "" if power == 1 else "²"
    if scale is None:
        return Measured(pixels, _COVER * math.sqrt(variance), f"px{unit}")
    value = pixels * scale.mm_per_px**power
    relative = math.hypot(math.sqrt(variance) / pixels, power * scale.relative)
    return Measured(value, _COVER * relative * value, f"mm{unit}")
