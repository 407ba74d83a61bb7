"""The outline of the lesion in a picture, as a polygon to start from, and what it measures."""

from dataclasses import dataclass

import cv2
import numpy as np

from imaging.background import field as fields
from imaging.background import lesion as lesions

from . import surroundings

SIDE = 1280  # px, long side from which the part around the lesion is cut out
MIN_BELIEF = 0.7  # of the lesion engine: what it is less sure of is not proposed
MOST_POINTS = 200
_AROUND = 2.6  # times the lesion: what is cut out
_EDGE = 1.5  # px of the engine: how far its outline may be off (`script/bench compare`)
_FINER = 4  # times the engine's own resolution, at which its mask is smoothed
_BLUR = 1.2  # px of the engine: its mask has steps, the lesion has not


@dataclass(frozen=True, slots=True)
class Shape:
    """`points` (n, 2) px, counted from the corner of the first pixel, n ≤ MOST_POINTS; `area` px²,
    `perimeter` and `diameter` (the largest) px of that polygon; `edge` px (1 σ), how far off all of
    it may lie, outwards or inwards; `belief` 0 to 1."""

    points: np.ndarray
    area: float
    perimeter: float
    diameter: float
    edge: float
    belief: float


def outline(picture: np.ndarray) -> Shape | None:
    """Of the lesion in an RGB picture (h, w, 3; uint8), None where none stands out enough."""
    top, left, part = _near_lesion(picture)
    height, width = part.shape[:2]
    scale = lesions.SIDE / max(height, width)
    size = max(8, round(width * scale)), max(8, round(height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    small = cv2.resize(part, size, interpolation=method)
    found = _surest(small)
    if found is None or found.confidence < MIN_BELIEF:
        return None
    ratio = np.array([width, height]) / size
    points = _polygon(found.mask) * ratio + (left, top)
    closed = points.astype(np.float32)
    hull = cv2.convexHull(closed)[:, 0]
    diameter = max(float(np.hypot(*(hull - point).T).max()) for point in hull)
    area, perimeter = cv2.contourArea(closed), cv2.arcLength(closed, closed=True)
    edge = _EDGE * float(ratio.mean())
    belief = float(found.confidence)
    return Shape(points, float(area), float(perimeter), diameter, edge, belief)


def _surest(picture: np.ndarray) -> lesions.Lesion | None:
    """The lesion as the engine sees it, or without the hairs if it is surer then: one that runs
    into the lesion is broad in what was cut out."""
    field = fields.find(picture)
    sources = (picture, lesions.remove_hair(picture))
    found = filter(None, (lesions.find(source, field) for source in sources))
    whole = (lesion for lesion in found if not _at_frame(lesion.mask))
    return max(whole, key=lambda lesion: lesion.confidence, default=None)


def _near_lesion(picture: np.ndarray) -> tuple[int, int, np.ndarray]:
    """(top, left, pixels) of the part around the lesion, where it can be cut out: a ruler's white
    and the corners' shadow are no part of what the engine compares, and its few pixels are the
    lesion's. Else all of the picture."""
    height, width = picture.shape[:2]
    scale = surroundings.SIDE / max(height, width)
    size = max(16, round(width * scale)), max(16, round(height * scale))
    scene = surroundings.look(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
    whole = (0, 0, picture)
    if not scene.steady:
        return whole
    rows, columns = (np.flatnonzero(scene.lesion.any(axis=axis)) for axis in (1, 0))
    reach = _AROUND * max(len(rows), len(columns)) / 2
    middle = (rows[0] + rows[-1]) / 2, (columns[0] + columns[-1]) / 2
    top, left = (max(0, int(at - reach)) for at in middle)
    bottom, right = (
        min(n, int(at + reach)) for at, n in zip(middle, scene.skin.shape, strict=True)
    )
    if not scene.skin[top:bottom, left:right].all():
        return whole
    cut = [round(value / scale) for value in (top, bottom, left, right)]
    return cut[0], cut[2], picture[cut[0] : cut[1], cut[2] : cut[3]]


def _at_frame(mask: np.ndarray) -> bool:
    """Whether part of the lesion may lie outside the picture: what is seen of it is not it."""
    return bool(mask[0].any() or mask[-1].any() or mask[:, 0].any() or mask[:, -1].any())


def _polygon(mask: np.ndarray) -> np.ndarray:
    """(n, 2) px of the mask, from the corner of the first pixel."""
    plane = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), _BLUR)
    plane = cv2.resize(plane, None, fx=_FINER, fy=_FINER, interpolation=cv2.INTER_CUBIC)
    outlines, _tree = cv2.findContours(
        (plane > 0.5).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    longest = max(outlines, key=cv2.contourArea)
    # The contour runs through the middles of the outermost pixels: half a pixel further out.
    step = max(1, int(np.ceil(len(longest) / MOST_POINTS)))
    ring = longest[:, 0].astype(float)
    smooth = np.mean([np.roll(ring, shift, axis=0) for shift in range(-2, 3)], axis=0)
    points = smooth[::step] + 0.5
    middle = points.mean(axis=0)
    away = points - middle
    away += 0.5 * away / np.maximum(1e-6, np.hypot(*away.T))[:, None]
    return (middle + away) / _FINER
