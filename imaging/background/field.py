"""Finds the round field of view of a dermoscope: a disc of skin surrounded by black."""

from dataclasses import dataclass

import cv2
import numpy as np

SIDE = 384  # px, long side at which it is searched for
_LEVELS = (0.2, 0.35, 0.5)  # of the brightness in the middle: darker is outside
_TOLERANCE = 0.015  # of the radius: how far the edge may be off the circle
_MIN_ROUND = 0.8  # share of the edge that lies on the circle
_MIN_ARC = 0.3  # share of the circle that has an edge on it
_MIN_OVERLAP = 0.95  # of the bright area and the disc (Jaccard index)


@dataclass(frozen=True, slots=True)
class Field:
    """A circle in the coordinates of the picture that was searched, px."""

    x: float
    y: float
    radius: float

    def mask(self, shape: tuple[int, ...], share: float = 1.0) -> np.ndarray:
        """Bool (h, w): within `share` of the radius."""
        y, x = np.ogrid[: shape[0], : shape[1]]
        return (x - self.x) ** 2 + (y - self.y) ** 2 < (share * self.radius) ** 2


def find(picture: np.ndarray) -> Field | None:
    """The field of view in an RGB picture (h, w, 3; uint8), or None where the picture fills the
    frame. At least three corners are dark, the edge is a circle, and the colours inside are
    possible for skin."""
    bright = cv2.GaussianBlur(picture.max(axis=2), (0, 0), 1.5)
    height, width = bright.shape
    middle = np.median(bright[height // 3 : -(height // 3), width // 3 : -(width // 3)])
    if middle < 30:
        return None
    for level in _LEVELS:
        found = _disc(bright > max(12, level * middle))
        if found and _has_skin_colours(picture, found):
            return found
    return None


def _disc(bright: np.ndarray) -> Field | None:
    height, width = bright.shape
    size = max(2, min(height, width) // 40)
    corners = [
        bright[rows, columns].mean() < 0.1
        for rows in (np.s_[:size], np.s_[-size:])
        for columns in (np.s_[:size], np.s_[-size:])
    ]
    if sum(corners) < 3:
        return None
    outlines, _tree = cv2.findContours(
        bright.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    outline = max(outlines, key=cv2.contourArea, default=None)
    if outline is None or cv2.contourArea(outline) < 0.15 * height * width:
        return None
    filled = cv2.drawContours(np.zeros(bright.shape, np.uint8), [outline], -1, 1, cv2.FILLED)
    x, y = outline[:, 0].T.astype(float)
    off_frame = (x > 1) & (y > 1) & (x < width - 2) & (y < height - 2)
    x, y = x[off_frame], y[off_frame]
    field = fit_circle(x, y)
    if field is None or not 0.3 * min(height, width) < field.radius < 0.75 * max(height, width):
        return None
    if np.hypot(field.x - width / 2, field.y - height / 2) > 0.2 * max(height, width):
        return None
    distance = np.abs(np.hypot(x - field.x, y - field.y) - field.radius)
    on_circle = distance < max(1.5, _TOLERANCE * field.radius)
    angles = np.arctan2(y[on_circle] - field.y, x[on_circle] - field.x)
    arc = len(np.unique((angles * 36 / np.pi).astype(int))) / 72
    disc = field.mask(bright.shape)
    overlap = (disc & (filled > 0)).sum() / max(1, (disc | (filled > 0)).sum())
    is_disc = on_circle.mean() >= _MIN_ROUND and arc >= _MIN_ARC and overlap >= _MIN_OVERLAP
    return field if is_disc else None


def fit_circle(x: np.ndarray, y: np.ndarray) -> Field | None:
    """Least squares (Kåsa), repeated without outliers: hair, a scale, a bubble."""
    for _ in range(3):
        if len(x) < 40:
            return None
        try:
            (a, b, c), *_rest = np.linalg.lstsq(
                np.stack((2 * x, 2 * y, np.ones_like(x)), axis=1), x * x + y * y, rcond=None
            )
        except np.linalg.LinAlgError:
            return None
        radius = float(np.sqrt(max(0.0, c + a * a + b * b)))
        distance = np.abs(np.hypot(x - a, y - b) - radius)
        kept = distance <= max(1.5, 2 * np.median(distance))
        x, y = x[kept], y[kept]
    return Field(float(a), float(b), radius)


def _has_skin_colours(picture: np.ndarray, field: Field) -> bool:
    """Skin is redder than it is blue in any light; a lamp or a planet is not."""
    inside = picture[field.mask(picture.shape, 0.95)].astype(int)
    return bool(len(inside) and np.mean(inside[:, 0] >= inside[:, 2] - 4) > 0.75)
