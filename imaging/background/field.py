"""The round field of view of a dermoscope: a disc of skin in the dark, and where it lies."""

from dataclasses import dataclass

import cv2
import numpy as np

SIDE = 384  # px, long side at which it is looked for
_LEVELS = (0.2, 0.35, 0.5)  # of the brightness in the middle: darker is outside
_NEAR = 0.015  # of the radius: how far off the circle its edge may lie
_LEAST_ROUND = 0.8  # share of the edge that lies on the circle
_LEAST_ARC = 0.3  # share of the circle that has an edge on it
_LEAST_OVERLAP = 0.95  # of the light and the disc, by Jaccard


@dataclass(frozen=True, slots=True)
class Field:
    """A circle in the coordinates of the picture that it was looked for in, px."""

    x: float
    y: float
    radius: float

    def mask(self, shape, share=1.0) -> np.ndarray:
        """Bool (h, w): within `share` of the radius."""
        y, x = np.ogrid[: shape[0], : shape[1]]
        return (x - self.x) ** 2 + (y - self.y) ** 2 < (share * self.radius) ** 2


def find(picture: np.ndarray) -> Field | None:
    """The field of view in an RGB picture (h, w, 3; uint8), or None where the picture fills its
    frame. At least three corners are dark, the edge between is a circle, and what is within is of
    a colour that skin can have."""
    bright = cv2.GaussianBlur(picture.max(axis=2), (0, 0), 1.5)
    height, width = bright.shape
    middle = np.median(bright[height // 3 : -(height // 3), width // 3 : -(width // 3)])
    if middle < 30:
        return None
    for level in _LEVELS:
        found = _disc(bright > max(12, level * middle))
        if found and _is_of_skin(picture, found):
            return found
    return None


def _disc(light):
    height, width = light.shape
    reach = max(2, min(height, width) // 40)
    corners = [
        light[down, across].mean() < 0.1
        for down in (np.s_[:reach], np.s_[-reach:])
        for across in (np.s_[:reach], np.s_[-reach:])
    ]
    if sum(corners) < 3:
        return None
    outlines, _tree = cv2.findContours(
        light.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    outline = max(outlines, key=cv2.contourArea, default=None)
    if outline is None or cv2.contourArea(outline) < 0.15 * height * width:
        return None
    filled = cv2.drawContours(np.zeros(light.shape, np.uint8), [outline], -1, 1, cv2.FILLED)
    x, y = outline[:, 0].T.astype(float)
    within = (x > 1) & (y > 1) & (x < width - 2) & (y < height - 2)
    field = _circle(x[within], y[within])
    if field is None or not 0.3 * min(height, width) < field.radius < 0.75 * max(height, width):
        return None
    if np.hypot(field.x - width / 2, field.y - height / 2) > 0.2 * max(height, width):
        return None
    off = np.abs(np.hypot(x[within] - field.x, y[within] - field.y) - field.radius)
    on = off < max(1.5, _NEAR * field.radius)
    around = np.arctan2(y[within][on] - field.y, x[within][on] - field.x)
    arc = len(np.unique((around * 36 / np.pi).astype(int))) / 72
    disc = field.mask(light.shape)
    overlap = (disc & (filled > 0)).sum() / max(1, (disc | (filled > 0)).sum())
    sound = on.mean() >= _LEAST_ROUND and arc >= _LEAST_ARC and overlap >= _LEAST_OVERLAP
    return field if sound else None


def _circle(x, y):
    """Least squares (Kåsa), a second time without what lies far off: hair, a scale, a bubble."""
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
        off = np.abs(np.hypot(x - a, y - b) - radius)
        kept = off <= max(1.5, 2 * np.median(off))
        x, y = x[kept], y[kept]
    return Field(float(a), float(b), radius)


def _is_of_skin(picture, field):
    """Skin is redder than it is blue, lit as it may be: a lamp or a planet is not."""
    inside = picture[field.mask(picture.shape, 0.95)].astype(int)
    return len(inside) and np.mean(inside[:, 0] >= inside[:, 2] - 4) > 0.75
