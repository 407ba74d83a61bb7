"""What the machine proposes to measure by: marks of a ruler, a dermoscope's field of view, the
outline of a lesion. Nothing is stored; a person accepts it, and alters it before."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin, sqrt

from imaging import geometry as engine
from imaging.geometry import Circle, Refused, Ticks

from ..models import ConsultationImage, Device
from .geometry import LENGTH, POLYGON, Point, distance, polygon_area
from .pictures import opened_pictures
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
    ScaleTooShort, Refused, StorageUnavailable, GeometryUnavailable."""
    (x1, y1), (x2, y2) = line = two_points(points, image)
    with opened_pictures([image]) as (picture,):
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


@dataclass(frozen=True, slots=True)
class ProposedField:
    """A dermoscope's field of view: `set_scale` with `points` (the ends of a diameter), `device`
    and `pointing` (px) is as uncertain as its edge and the device are."""

    circle: Circle
    points: list[list[float]]
    device: Device
    pointing: float


def propose_field(image: ConsultationImage, device: Device) -> ProposedField:
    """By the round field of view in the picture, whose width is the device's. Raises Refused,
    StorageUnavailable, GeometryUnavailable."""
    with opened_pictures([image]) as (picture,):
        circle = engine.find_field(picture)
    points = _diameter(circle, image)
    if points is None:
        raise Refused("no_field")
    # All of the edge may lie off the same way: then so do both ends, by √2 of what two points make
    # that are each off their own.
    return ProposedField(circle, points, device, sqrt(2) * circle.edge)


def _diameter(circle: Circle, image: ConsultationImage) -> list[list[float]] | None:
    """The ends of one that lies in the picture, level if it can; None where each is cut off."""
    for angle in (0, pi / 2, pi / 4, -pi / 4):
        across, down = circle.radius * cos(angle), circle.radius * sin(angle)
        ends = [[circle.x - across, circle.y - down], [circle.x + across, circle.y + down]]
        try:
            return check_points(LENGTH, ends, image)
        except BadPoints:
            continue
    return None


def propose_outline(image: ConsultationImage) -> ProposedOutline:
    """The lesion's. Raises Refused, StorageUnavailable, GeometryUnavailable."""
    with opened_pictures([image]) as (picture,):
        found = engine.find_outline(picture)
    step = -(-len(found.points) // MOST_CORNERS)
    try:
        points = check_points(POLYGON, found.points[::step], image)
    except BadPoints as error:
        raise Refused("no_outline") from error
    # All of the edge may lie off the same way; points that are placed one by one are each off
    # their own.
    off = found.edge * found.perimeter
    return ProposedOutline(points, off / polygon_area(points, 1).deviation, found.belief)
