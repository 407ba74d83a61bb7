"""A child's proportions: the adult's drawings, stretched. A point of the map is kept as the adult's,
so that a lesion stays where it is when the patient grows up.

Of the whole figure an adult's head goes 7.5 times into the height and a child's 5.5 times: by
height, what is stretched downwards and how wide it becomes. Between the heights a smooth curve."""

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from math import hypot

from .curves import Point
from .drawing import AXIS

# Height in the adult's drawing, height in the child's, width of the child's (the adult's is 1).
Row = tuple[float, float, float]
FIGURE: tuple[Row, ...] = (
    (0, 0, 1.38),
    (20, 20, 1.38),
    (70, 89, 1.38),
    (108, 143, 1.3),
    (130, 168, 1.02),
    (158, 193, 0.9),
    (215, 250, 0.96),
    (306, 344, 1.05),
    (364, 399, 0.98),
    (421, 453, 0.94),
    (564, 588, 0.98),
    (640, 657, 1.0),
    (745, 747, 1.04),
    (779, 779, 1.04),
    (800, 800, 1.0),
)
# A child's face is low and wide under a high forehead, and the neck is thin.
HEAD: tuple[Row, ...] = (
    (0, 0, 1.0),
    (20, 20, 1.0),
    (92, 112, 1.04),
    (172, 206, 1.06),
    (215, 247, 1.06),
    (300, 317, 1.02),
    (360, 368, 0.96),
    (403, 401, 0.86),
    (440, 432, 0.72),
    (480, 480, 0.74),
)
HAND: tuple[Row, ...] = ((0, 34, 1.0), (130, 150, 1.06), (236, 240, 1.02), (320, 320, 0.98))
FOOT: tuple[Row, ...] = ((0, 0, 1.0), (110, 116, 1.02), (230, 226, 1.04), (320, 310, 1.06))
SAMPLES = 96


class Growth:
    """From the adult's drawing to the child's, and back."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._ys = [row[0] for row in rows]
        self._down = [row[1] for row in rows]
        self._wide = [row[2] for row in rows]

    def to_child(self, x: float, y: float) -> Point:
        """A point of the adult's drawing in the child's."""
        return AXIS + (x - AXIS) * _smooth(self._ys, self._wide, y), _smooth(
            self._ys, self._down, y
        )

    @cached_property
    def table(self) -> list[tuple[float, float, float]]:
        """(height in the child's drawing, in the adult's, width): close enough together that lines
        between them will do."""
        top, bottom = self._ys[0], self._ys[-1]
        heights = [top + (bottom - top) * step / SAMPLES for step in range(SAMPLES + 1)]
        return [(self.to_child(0, y)[1], y, _smooth(self._ys, self._wide, y)) for y in heights]

    def to_adult(self, x: float, y: float) -> Point:
        """The reverse: a point of the child's drawing in the adult's."""
        rows = self.table
        index = min(max(bisect_right([row[0] for row in rows], y), 1), len(rows) - 1)
        (low, adult_low, wide_low), (high, adult_high, wide_high) = rows[index - 1], rows[index]
        share = (y - low) / (high - low)
        wide = wide_low + (wide_high - wide_low) * share
        return AXIS + (x - AXIS) / wide, adult_low + (adult_high - adult_low) * share


def _smooth(xs: Sequence[float], ys: Sequence[float], x: float) -> float:
    """A monotone cubic through (xs, ys), constant beyond them (Fritsch and Carlson, 1980)."""
    if x <= xs[0]:
        return ys[0]
    if x >= xs[-1]:
        return ys[-1]
    index = bisect_right(xs, x) - 1
    width = xs[index + 1] - xs[index]
    slope = (ys[index + 1] - ys[index]) / width
    left, right = _slope(xs, ys, index), _slope(xs, ys, index + 1)
    if slope == 0:
        left = right = 0
    elif (steep := hypot(left / slope, right / slope)) > 3:
        left, right = left * 3 / steep, right * 3 / steep
    t = (x - xs[index]) / width
    return (
        ys[index] * (1 + 2 * t) * (1 - t) ** 2
        + width * left * t * (1 - t) ** 2
        + ys[index + 1] * t * t * (3 - 2 * t)
        + width * right * t * t * (t - 1)
    )


def _slope(xs: Sequence[float], ys: Sequence[float], index: int) -> float:
    before, after = max(index - 1, 0), min(index + 1, len(xs) - 1)
    if 0 < index < len(xs) - 1:
        down = (ys[index] - ys[index - 1]) * (ys[index + 1] - ys[index])
        if down <= 0:
            return 0
    return (ys[after] - ys[before]) / (xs[after] - xs[before])
