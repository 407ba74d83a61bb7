"""What a drawing of the body map is made of."""

from dataclasses import dataclass, field
from functools import cached_property

from ..vocabulary import BODY_SITES, BodyView, Laterality
from .curves import Curve, Point, contains

AXIS = 200.0  # the middle of every drawing


@dataclass(frozen=True)
class Region:
    """A part of the skin. `codes` are of the table of sites, the most exact one first; `side` is
    the patient's, or "" of a site that the body has once. What lies `upon` others hides them."""

    codes: tuple[str, ...]
    side: str
    shapes: tuple[Curve, ...]
    upon: bool = False

    @property
    def code(self) -> str:
        return self.codes[0]

    @cached_property
    def path(self) -> str:
        return "".join(shape.path(close=True) for shape in self.shapes)

    @cached_property
    def outlines(self) -> list[list[Point]]:
        return [shape.points() for shape in self.shapes]

    @cached_property
    def _boxes(self) -> list[tuple[float, float, float, float]]:
        """Of each outline: left, top, right, bottom."""
        axes = [tuple(zip(*outline, strict=True)) for outline in self.outlines]
        return [(min(xs), min(ys), max(xs), max(ys)) for xs, ys in axes]

    def contains(self, x: float, y: float) -> bool:
        """Whether the point is in one of its shapes."""
        return any(
            left <= x <= right and top <= y <= bottom and contains(outline, x, y)
            for outline, (left, top, right, bottom) in zip(self.outlines, self._boxes, strict=True)
        )


@dataclass
class Drawing:
    """One view of the body: regions from below to above, the outline, and lines that only show its
    form. Drawn for half a body: whatever is added to the viewer's right is mirrored to the left."""

    view: BodyView
    width: float
    height: float
    right_of_axis: Laterality | None  # the patient's side there; None: one side only
    regions: list[Region] = field(default_factory=list)
    outline: list[Curve] = field(default_factory=list)
    lines: list[Curve] = field(default_factory=list)
    faint: list[Curve] = field(default_factory=list)

    def middle(self, *codes: str, half: Curve, upon: bool = False) -> None:
        """A region across the axis, from the curve of its half that begins and ends there."""
        whole = half.moved(_placed) + half.mirrored().moved(_placed)
        self._add(Region(codes, "", (whole,), upon))

    def centred(self, *codes: str, shapes: tuple[Curve, ...], upon: bool = True) -> None:
        """A region that is drawn whole."""
        placed = tuple(shape.moved(_placed) for shape in shapes)
        self._add(Region(codes, "", placed, upon))

    def pair(self, *codes: str, shapes: tuple[Curve, ...], upon: bool = False) -> None:
        """A region that the body has twice; of a site that it has once, both are that site."""
        paired = BODY_SITES[codes[0]].paired
        right = self.right_of_axis or Laterality.LEFT
        left = Laterality(right.opposite)
        placed = tuple(shape.moved(_placed) for shape in shapes)
        mirrored = tuple(shape.mirrored().moved(_placed) for shape in shapes)
        self._add(Region(codes, right if paired else "", placed, upon))
        self._add(Region(codes, left if paired else "", mirrored, upon))

    def single(self, *codes: str, side: str, shapes: tuple[Curve, ...], upon: bool = False) -> None:
        """A region of a drawing that shows one side of the body."""
        paired = BODY_SITES[codes[0]].paired
        self._add(Region(codes, side if paired else "", shapes, upon))

    def twice(self, curve: Curve, *, kind: str = "lines") -> None:
        """A line on both halves: `kind` is outline, lines or faint."""
        getattr(self, kind).extend([curve.moved(_placed), curve.mirrored().moved(_placed)])

    def once(self, curve: Curve, *, kind: str = "lines") -> None:
        """A line across the axis."""
        getattr(self, kind).append(curve.moved(_placed))

    def _add(self, region: Region) -> None:
        self.regions.append(region)

    def at(self, x: float, y: float) -> Region | None:
        """The uppermost region at a point of the drawing."""
        return next((r for r in reversed(self.regions) if r.contains(x, y)), None)


def _placed(x: float, y: float) -> Point:
    return AXIS + x, y
