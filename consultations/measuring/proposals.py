"""What the machine proposes to measure by: marks of a ruler, the outline of a lesion. Nothing is
stored; a person accepts it, and alters it before."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from imaging import geometry as engine
from imaging.geometry import Ticks

from ..models import ConsultationImage
from .geometry import POLYGON, Point, distance, polygon_area
from .pictures import NothingProposed, opened_picture
from .points import BadPoints, check_points
from .scales import two_points

MOST_CORNERS = 36  # a person moves them one by one


@dataclass(frozen=True, slots=True)
class ProposedScale:
    """Marks of a ruler along a line, and the scale that they make where each is a millimetre from
    the next: `set_scale` with `points`, `millimetres` and `pointing` (px) is as uncertain as the
    marks are."""

    ticks: Ticks
    points: list[list[float]]
    millimetres: float
    pointing: float


def propose_scale(image: ConsultationImage, points: Sequence[Point]) -> ProposedScale:
    """By the marks along a line (its two ends, px) drawn on a ruler. Raises BadPoints,
    ScaleTooShort, NothingProposed, StorageUnavailable, GeometryUnavailable."""
    (x1, y1), (x2, y2) = line = two_points(points, image)
    with opened_picture(image) as picture:
        ticks = engine.find_ticks(picture, (x1, y1), (x2, y2))
    length = distance((x1, y1), (x2, y2))
    relative = ticks.uncertainty / 2 / ticks.period  # 2 σ → σ
    # Two points make √2 of one's error (set_scale).
    return ProposedScale(ticks, line, length / ticks.period, relative * length / sqrt(2))


@dataclass(frozen=True, slots=True)
class ProposedOutline:
    """A polygon to begin with, px; with `pointing` its area is as uncertain as its edge is."""

    points: list[list[float]]
    pointing: float
    belief: float


def propose_outline(image: ConsultationImage) -> ProposedOutline:
    """The lesion's. Raises NothingProposed, StorageUnavailable, GeometryUnavailable."""
    with opened_picture(image) as picture:
        found = engine.find_outline(picture)
    step = -(-len(found.points) // MOST_CORNERS)
    try:
        points = check_points(POLYGON, found.points[::step], image)
    except BadPoints as error:
        raise NothingProposed("no_outline") from error
    # All of the edge may lie off the same way; points that are placed one by one are each off
    # their own.
    off = found.edge * found.perimeter
    return ProposedOutline(points, off / polygon_area(points, 1).deviation, found.belief)
