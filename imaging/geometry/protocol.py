"""Requests to and replies from the process that compares and measures pictures."""

import struct
from dataclasses import dataclass, field
from math import isfinite
from typing import IO, Any

from django.utils.translation import gettext_lazy as _

from .similarity import Similarity

TASKS = ("align", "ticks", "outline", "field")
# Processor seconds, index in TASKS, eight numbers: width and height of the originals of the first
# and second picture, px; then of `align` the known scale (NaN: unknown), of `ticks` a line's ends.
REQUEST = struct.Struct("!db8d")
REPLY = struct.Struct("!I")  # bytes of: facts
MOST_POINTS = 200
REFUSALS = {
    "no_texture": _("There is too little texture in one of the pictures to align them by."),
    "no_match": _("Nothing in the one picture is found again in the other."),
    "not_believed": _("Too little of the one picture is found again in the other."),
    "lesion_only": _(
        "Only the lesion itself is found again. Without a scale in both pictures nobody can tell "
        "whether it has grown."
    ),
    "scale_unlikely": _("One picture would show the skin more than twice as large as the other."),
    "scale_differs": _("What matches contradicts the scales of the two pictures."),
    "no_ticks": _("No even ticks are found along this line."),
    "no_field": _("No round field of view is seen in this picture, or not the whole width of it."),
    "no_outline": _("No lesion stands out clearly enough from the skin around it."),
    "unreadable": _("This picture cannot be read."),
    "too_heavy": _("This takes too much time or memory."),
    "engine_failed": _("This failed, through no fault of the pictures."),
}


@dataclass(frozen=True, slots=True)
class Picture:
    """What is looked at. `file`: a real file (with a descriptor) of the display rendition, a JPEG;
    `width`, `height`: px of the upright original, in which all answers are; `mm_per_px`: its scale,
    millimetres of the skin per px of the original, where it is known."""

    file: IO[bytes]
    width: int
    height: int
    mm_per_px: float | None = None


class Refused(Exception):
    """There is no proposal. `code` is in REFUSALS, `detail` for a person. Raises ValueError for
    any other code: a process that was taken over may send anything."""

    def __init__(self, code: str) -> None:
        if code not in REFUSALS:
            raise ValueError("no such refusal")
        self.code = code
        super().__init__(code)

    @property
    def detail(self) -> Any:
        return REFUSALS[self.code]


@dataclass(frozen=True, slots=True)
class Proposal:
    """How the first picture lies to the second.

    transform: pixels of the first original → of the second (`Similarity`).
    basis: "skin", or "lesion" where only the lesion's structure agreed, at the known scale.
    belief: 0 to 1, the least likely share of places in the overlap that were found again where the
    transform puts them. inliers: features of the first guess that agreed; windows: places found.
    residual: px of the second original, how far these are off (median).

    Raises ValueError for impossible values: a process that was taken over may send anything.
    """

    transform: Similarity
    basis: str
    belief: float
    inliers: int
    windows: int
    residual: float

    def __post_init__(self) -> None:
        numbers = (self.belief, self.residual)
        possible = (
            _finite(self.transform.a, self.transform.b, self.transform.dx, self.transform.dy)
            and 1e-3 < self.transform.scale < 1e3
            and self.basis in ("skin", "lesion")
            and _finite(*numbers)
            and 0 <= self.belief <= 1
            and self.residual >= 0
            and all(type(n) is int and 0 <= n < 10**6 for n in (self.inliers, self.windows))
        )
        if not possible:
            raise ValueError("impossible for a proposal")


@dataclass(frozen=True, slots=True)
class Ticks:
    """A ruler's ticks along a line: `period` px of the original from one to the next, measured at
    right angles to them, ± `uncertainty` (2 σ, perspective along the line included); `count` of
    them; `belief` 0 to 1. How many millimetres a period is, a person says."""

    period: float
    uncertainty: float
    count: int
    belief: float

    def __post_init__(self) -> None:
        possible = (
            _finite(self.period, self.uncertainty, self.belief)
            and self.period > 0
            and self.uncertainty >= 0
            and 0 <= self.belief <= 1
            and type(self.count) is int
            and 0 < self.count < 10**6
        )
        if not possible:
            raise ValueError("impossible for ticks")


@dataclass(frozen=True, slots=True)
class Outline:
    """A lesion's outline to start from: `points` (x, y) px of the original, at most MOST_POINTS,
    closed; `area` px², `perimeter` and `diameter` (the largest) px of that polygon; `edge` px
    (1 σ), how far off all of it may lie; `belief` the lesion engine's confidence, 0 to 1."""

    points: tuple[tuple[float, float], ...] = field(repr=False)
    area: float
    perimeter: float
    diameter: float
    edge: float
    belief: float

    def __post_init__(self) -> None:
        possible = (
            3 <= len(self.points) <= MOST_POINTS
            and all(len(point) == 2 and _finite(*point) for point in self.points)
            and _finite(self.area, self.perimeter, self.diameter, self.edge, self.belief)
            and min(self.area, self.perimeter, self.diameter, self.edge) > 0
            and 0 <= self.belief <= 1
        )
        if not possible:
            raise ValueError("impossible for an outline")


@dataclass(frozen=True, slots=True)
class Circle:
    """A dermoscope's round field of view: its middle and `radius`; `edge` (1 σ), how far off all of
    it may lie. px of the original."""

    x: float
    y: float
    radius: float
    edge: float

    def __post_init__(self) -> None:
        numbers = (self.x, self.y, self.radius, self.edge)
        if not _finite(*numbers) or min(numbers) <= 0:
            raise ValueError("impossible for a field of view")


def _finite(*values: Any) -> bool:
    return all(type(value) in (int, float) and isfinite(value) for value in values)
