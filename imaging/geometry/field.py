"""A dermoscope's round field of view in a picture, to set a scale by: its edge as a circle.

Where it is, the background's engine knows. How wide it is to a part of a pixel, this says: along
rays from the middle the brightness falls from that of the skin to that of the shadow, and the edge
is half-way between.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from imaging.background import field

SIDE = 768  # px, long side at which the edge is looked for
_RAYS = 360
_REACH = (0.92, 1.08)  # of the radius: where along a ray the edge is looked for
_STEPS = 160
_LEAST = 0.5  # px of what is looked at (1 σ): optics and compression blur an edge
_LEAST_RAYS = 0.3  # of all: share that must see an edge


@dataclass(frozen=True, slots=True)
class Round:
    """`x`, `y` (the middle), `radius` and `edge` (1 σ, how far off all of the edge may lie): px,
    counted from the corner of the first pixel."""

    x: float
    y: float
    radius: float
    edge: float


def round_field(picture: np.ndarray) -> Round | None:
    """Of an RGB picture (h, w, 3; uint8); None where it shows none."""
    height, width = picture.shape[:2]
    scale = min(1.0, field.SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    found = field.find(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
    if found is None:
        return None
    ratio = width / size[0]
    middle = ratio * (found.x + 0.5), ratio * (found.y + 0.5)
    x, y = _edge(picture.max(axis=2), *middle, ratio * found.radius)
    if len(x) < _LEAST_RAYS * _RAYS:
        return None
    circle = field.fit_circle(x, y)
    if circle is None:
        return None
    off = np.abs(np.hypot(x - circle.x, y - circle.y) - circle.radius)
    return Round(circle.x, circle.y, circle.radius, max(_LEAST, float(np.median(off))))


def _edge(bright: np.ndarray, x: float, y: float, radius: float) -> tuple[np.ndarray, np.ndarray]:
    """(x, y) of the edge along the rays that see one, px from the corner of the first pixel."""
    height, width = bright.shape
    angles = np.linspace(0, 2 * np.pi, _RAYS, endpoint=False)[:, None]
    along = radius * np.linspace(*_REACH, _STEPS)
    across, down = x + along * np.cos(angles), y + along * np.sin(angles)
    inside = ((across > 0) & (across < width) & (down > 0) & (down < height)).all(axis=1)
    columns, rows = (plane[inside].astype(np.float32) - 0.5 for plane in (across, down))
    levels = cv2.remap(bright, columns, rows, cv2.INTER_LINEAR).astype(float)
    part = _STEPS // 5
    skin, shadow = levels[:, :part].mean(axis=1), levels[:, -part:].mean(axis=1)
    half = ((skin + shadow) / 2)[:, None]
    below = levels < half
    at = below.argmax(axis=1)  # the first step beyond the edge
    seen = (at > 0) & (skin > shadow + 12)
    rays = np.flatnonzero(seen)
    at, half = at[seen], half[seen, 0]
    before, after = levels[rays, at - 1], levels[rays, at]
    place = np.interp(at - (half - after) / np.maximum(before - after, 1e-6), range(_STEPS), along)
    turn = angles[inside][seen, 0]
    return x + place * np.cos(turn), y + place * np.sin(turn)
