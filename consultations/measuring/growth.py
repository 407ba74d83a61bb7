"""How fast a lesion grows, and whether that can be told."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from .shapes import Measured

DAYS_PER_MONTH = 30.4375


@dataclass(frozen=True, slots=True)
class Growth:
    """`per_month` ± `margin` (2 σ), in `unit` per month; `months` between the first and last
    measurement. A margin that crosses zero is no change that can be measured."""

    per_month: float
    margin: float
    unit: str
    months: float

    @property
    def is_change(self) -> bool:
        """Whether it differs from zero by more than its margin."""
        return abs(self.per_month) > self.margin


def growth(sizes: Sequence[tuple[date, Measured]]) -> Growth | None:
    """Of measurements in one unit, by day, in any order: the slope of least squares, each weighing
    as its margin allows. None for less than two days.

    Where the measurements stray from the line by more than their margins, they are less exact than
    they say (or it is no line): the margin grows as much. ValueError for several units, or a margin
    of 0.
    """
    if len({measured.unit for _day, measured in sizes}) > 1:
        raise ValueError("sizes in several units")
    if any(measured.margin <= 0 for _day, measured in sizes):
        raise ValueError("a size without a margin")
    if len({day for day, _measured in sizes}) < 2:
        return None
    first = min(day for day, _measured in sizes)
    times = [(day - first).days / DAYS_PER_MONTH for day, _measured in sizes]
    values = [measured.value for _day, measured in sizes]
    weights = [(2 / measured.margin) ** 2 for _day, measured in sizes]
    total = sum(weights)
    middle = sum(w * t for w, t in zip(weights, times, strict=True)) / total
    level = sum(w * v for w, v in zip(weights, values, strict=True)) / total
    power = sum(w * (t - middle) ** 2 for w, t in zip(weights, times, strict=True))
    pairs = list(zip(weights, times, values, strict=True))
    slope = sum(w * (t - middle) * (v - level) for w, t, v in pairs) / power
    strayed = sum(w * (v - level - slope * (t - middle)) ** 2 for w, t, v in pairs)
    freedom = len(sizes) - 2
    excess = max(1.0, math.sqrt(strayed / freedom)) if freedom else 1.0
    return Growth(slope, 2 * excess / math.sqrt(power), sizes[0][1].unit, max(times))
