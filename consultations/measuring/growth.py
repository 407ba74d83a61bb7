"""How fast a lesion grows, and whether that can be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt

from .geometry import COVERAGE

DAYS_PER_MONTH = 30.4375


@dataclass(frozen=True, slots=True)
class Growth:
    """`per_month` ± `margin` (95 %), mm; `months` between the first and the last measurement;
    `start`, mm, where the line begins on the first day. A margin that crosses zero is no change
    that can be measured."""

    per_month: float
    margin: float
    months: float
    start: float

    @property
    def is_change(self) -> bool:
        """Whether it differs from zero by more than its margin."""
        return abs(self.per_month) > self.margin


def growth(sizes: Sequence[tuple[date, float, float]]) -> Growth | None:
    """Of sizes (day, mm, margin in mm), in any order: the slope of least squares, each weighing as
    its margin allows. None for less than two days.

    Where the sizes stray from the line by more than their margins, they are less exact than they
    say (or it is no line): the margin grows as much. ValueError for a margin of 0.
    """
    if any(margin <= 0 for _day, _size, margin in sizes):
        raise ValueError("a size without a margin")
    if len({day for day, _size, _margin in sizes}) < 2:
        return None
    first = min(day for day, _size, _margin in sizes)
    rows = [
        ((COVERAGE / margin) ** 2, (day - first).days / DAYS_PER_MONTH, size)
        for day, size, margin in sizes
    ]
    total = sum(weight for weight, _time, _size in rows)
    middle = sum(weight * time for weight, time, _size in rows) / total
    level = sum(weight * size for weight, _time, size in rows) / total
    power = sum(weight * (time - middle) ** 2 for weight, time, _size in rows)
    slope = sum(weight * (time - middle) * (size - level) for weight, time, size in rows) / power
    strayed = sum(w * (size - level - slope * (time - middle)) ** 2 for w, time, size in rows)
    freedom = len(rows) - 2
    excess = max(1.0, sqrt(strayed / freedom)) if freedom else 1.0
    months = max(time for _weight, time, _size in rows)
    return Growth(slope, COVERAGE * excess / sqrt(power), months, level - slope * middle)
