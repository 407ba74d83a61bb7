"""A plot: the positions of an SVG's marks, and a table with the same numbers
(templates/components/plot.html).

Horizontal lengths are in per cent and vertical ones in pixels, so that a plot fills its container
and its text keeps its size.
"""

from dataclasses import dataclass, field
from math import log10

TOP, AXIS, HEIGHT = 26, 182, 222  # px: the highest mark, the axis, the whole plot


@dataclass(frozen=True, slots=True)
class Mark:
    """A bar: its position and its tooltip."""

    x: str
    y: int
    width: str
    height: int
    title: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A value with its margin of error, which reaches from `top` to `bottom`; `aside` px to the
    right of `x`, where several have the same."""

    x: str
    y: int
    top: int
    bottom: int
    title: str
    aside: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """From one place to another."""

    x1: str
    y1: int
    x2: str
    y2: int


@dataclass(frozen=True, slots=True)
class Word:
    x: str
    y: int
    text: str
    kind: str = ""


@dataclass(slots=True)
class Plot:
    """`description` is read out after the title; `head` and `rows` are of the table."""

    name: str
    title: str
    head: list
    rows: list
    description: str = ""
    height: int = HEIGHT
    marks: list[Mark] = field(default_factory=list)
    dots: list[Dot] = field(default_factory=list)
    trends: list[Line] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)  # y

    def height_of(self, share: float) -> int:
        """The y of a value that lies at this share, 0..1, of the scale."""
        return round(AXIS - (AXIS - TOP) * share)

    def add_gridline(self, share: float, text: str) -> None:
        y = self.height_of(share)
        self.lines.append(y)
        self.words.append(Word("0%", y - 4, text, "is-tick"))


def scale_step(most: int, unit: int = 1) -> int:
    """The step of a scale, about a third of `most`: 1, 2 or 5 times a power of ten, in the largest
    suitable power of `unit`."""
    scale = 1
    while unit > 1 and most >= 1000 * scale:
        scale *= unit
    approximate = max(1, most / scale / 3)
    power = 10 ** int(log10(approximate))
    return scale * next(power * n for n in (1, 2, 5, 10) if power * n >= approximate)
