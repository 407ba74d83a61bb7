"""What follows from points that somebody has placed in a picture: lengths, areas, and how sure they
are. Pure functions; the browser has the same in static/js/components/viewer/measuring/shapes.js.

Points are [x, y] in pixels of the picture as it stands upright. A point is placed with an error of
`pointing` px (standard deviation, in x and in y); a scale has a relative error. Both go into each
figure, as in the Guide to the expression of uncertainty in measurement (JCGM 100): independent
errors add in squares, and a margin is twice the standard deviation, which 95 % of repeats stay
within.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot, pi, sqrt

Point = Sequence[float]

LENGTH, POLYLINE, POLYGON, ELLIPSE = "length", "polyline", "polygon", "ellipse"
POINTS = {LENGTH: (2, 2), POLYLINE: (2, 200), POLYGON: (3, 200), ELLIPSE: (3, 3)}  # least, most
COVERAGE = 2  # standard deviations
OUTLINES = (POLYGON, ELLIPSE)


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` px (or px²) and the standard deviation of it that comes from placing the points;
    `power` is 2 for an area."""

    value: float
    deviation: float
    power: int = 1

    def scaled(self, mm_per_px: float, relative: float) -> tuple[float, float]:
        """(mm or mm², margin) at a scale with this relative standard deviation. The whole of an
        area is off by twice what its scale is off."""
        value = self.value * mm_per_px**self.power
        of_points = self.deviation * mm_per_px**self.power
        return value, COVERAGE * hypot(of_points, self.power * relative * value)

    @property
    def margin(self) -> float:
        """px or px², where there is no scale."""
        return COVERAGE * self.deviation


def distance(one: Point, other: Point) -> float:
    """px."""
    return hypot(other[0] - one[0], other[1] - one[1])


def main_figure(kind: str, points: Sequence[Point], pointing: float) -> Figure:
    """The length of a line, the area of an outline."""
    if kind in (LENGTH, POLYLINE):
        return path(points, pointing)
    return polygon_area(points, pointing) if kind == POLYGON else ellipse_area(points, pointing)


def largest_diameter(kind: str, points: Sequence[Point], pointing: float) -> Figure | None:
    """Of what is measured across; the way along a polyline is no diameter: None."""
    if kind == POLYLINE:
        return None
    if kind == ELLIPSE:
        long, short = _axes(points)
        return Figure(2 * max(long, short), sqrt(2) * pointing)
    ends = [(distance(one, other)) for place, one in enumerate(points) for other in points[:place]]
    return Figure(max(ends), sqrt(2) * pointing)


def perimeter(kind: str, points: Sequence[Point], pointing: float) -> Figure | None:
    """Of an outline; None for a line."""
    if kind == POLYGON:
        return path([*points, points[0]], pointing)
    if kind != ELLIPSE:
        return None
    # Ramanujan's second approximation, exact to 1 in 10⁴ even for a flat one.
    long, short = _axes(points)
    h = ((long - short) / (long + short)) ** 2 if long + short else 0
    length = pi * (long + short) * (1 + 3 * h / (10 + sqrt(4 - 3 * h)))
    return Figure(length, pi * sqrt(_VARIANCE_LONG + _VARIANCE_SHORT) * pointing)


def path(points: Sequence[Point], pointing: float) -> Figure:
    """The way from point to point. A point in the middle moves the two lines at it in opposite
    ways: along a straight line its error cancels out."""
    pulls = [[0.0, 0.0] for _point in points]
    length = 0.0
    for place, (one, other) in enumerate(pairwise(points)):
        step = distance(one, other)
        length += step
        if not step:
            continue
        for axis in (0, 1):
            along = (other[axis] - one[axis]) / step
            pulls[place][axis] -= along
            pulls[place + 1][axis] += along
    if len(points) > 2 and list(points[0]) == list(points[-1]):  # one and the same point
        last = pulls.pop()
        pulls[0] = [pulls[0][axis] + last[axis] for axis in (0, 1)]
    return Figure(length, pointing * sqrt(sum(x * x + y * y for x, y in pulls)))


def polygon_area(points: Sequence[Point], pointing: float) -> Figure:
    """The shoelace formula; a point's error moves the area by half the chord between its
    neighbours."""
    last, count = points[-1], len(points)
    doubled = sum(one[0] * other[1] - other[0] * one[1] for one, other in pairwise([last, *points]))
    chords = (distance(points[place - 1], points[(place + 1) % count]) for place in range(count))
    deviation = pointing * sqrt(sum(chord * chord for chord in chords)) / 2
    return Figure(abs(doubled) / 2, deviation, power=2)


def disc_diameter(area: Figure) -> Figure:
    """px across a disc of this area: of an irregular outline it varies less than the largest
    diameter from one drawing to the next."""
    value = 2 * sqrt(area.value / pi)
    return Figure(value, area.deviation / area.value / 2 * value)


# Of half an axis, in squares of the pointing error: the long one has an error at both of its ends,
# halved; the short one that of its own end and of the line that it is measured from.
_VARIANCE_LONG, _VARIANCE_SHORT = 1 / 2, 3 / 2


def ellipse_area(points: Sequence[Point], pointing: float) -> Figure:
    """Of an ellipse by three points: the ends of one axis, and how far it reaches beside that."""
    long, short = _axes(points)
    spread = hypot(short * sqrt(_VARIANCE_LONG), long * sqrt(_VARIANCE_SHORT))
    return Figure(pi * long * short, pi * spread * pointing, power=2)


def _axes(points: Sequence[Point]) -> tuple[float, float]:
    """Half the axis that was drawn and half the other one, px."""
    (x1, y1), (x2, y2), (x, y) = points
    length = hypot(x2 - x1, y2 - y1)
    if not length:
        return 0.0, 0.0
    return length / 2, abs((x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)) / length


def crosses_itself(points: Sequence[Point]) -> bool:
    """Whether the closed line through the points meets itself elsewhere than from one to the
    next."""
    count = len(points)
    sides = list(pairwise([*points, points[0]]))
    return any(
        _meet(*sides[one], *sides[other])
        for other in range(2, count)
        for one in range(other - 1)
        if (one, other) != (0, count - 1)  # the last side ends where the first begins
    )


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether the lines a–b and c–d have a point in common."""
    ends = (_turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b))
    if ends[0] * ends[1] < 0 and ends[2] * ends[3] < 0:
        return True
    pairs: Iterable[tuple[float, Point, Point, Point]] = (
        (ends[0], a, b, c),
        (ends[1], a, b, d),
        (ends[2], c, d, a),
        (ends[3], c, d, b),
    )
    return any(turn == 0 and _within(one, other, point) for turn, one, other, point in pairs)


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _within(a: Point, b: Point, point: Point) -> bool:
    return all(min(a[i], b[i]) <= point[i] <= max(a[i], b[i]) for i in (0, 1))
