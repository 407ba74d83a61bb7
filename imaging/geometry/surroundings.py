"""What in a picture is no skin: a ruler, a label, a cloth, what lies beyond a dermoscope's field.

Such things come back from picture to picture, of whomever: two photographs with the same ruler
match well, and say nothing about the skin. And where on the skin the lesion is: it may have grown.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from imaging.background import field as fields
from imaging.background import lesion as lesions

SIDE = fields.SIDE  # px, long side at which it is looked for
_HALF = 2  # what is no skin is found at half of it
_OFF = 0.13  # of the logarithms of red : blue and red : green, from the skin's
_PALE = 0.8  # of the skin's brightness: what is brighter and off its colour is no lesion
_CLIPPED, _WHITE = 250, 238  # levels of red and blue
_LEAST = 0.012  # share of the picture: anything smaller may be a highlight
_MOST_FOREIGN = 0.45  # of the picture: past it, what is usual is not the skin
_GAP = 7  # px of the half: ticks and figures on a ruler are narrower
_RIM = 0.94  # of a field's radius
_SHIFTS = (-0.12, 0.12)  # of the threshold, to see whether a lesion's outline stays
_STEADY = 0.75  # Dice of the shifted outlines from which its middle can be relied on
_STANDS_OUT = 4.0  # times the skin's usual difference from its surroundings
_LARGEST = 0.6  # share of the skin: more is not one lesion


@dataclass(frozen=True, slots=True)
class Scene:
    """Bool (h, w) at long side SIDE: `skin` what may be skin, `lesion` the dark region nearest the
    middle, if any; `steady` whether its outline hardly depends on the threshold."""

    skin: np.ndarray
    lesion: np.ndarray
    steady: bool


def look(picture: np.ndarray) -> Scene:
    """Of an RGB picture (h, w, 3; uint8; long side SIDE)."""
    field = fields.find(picture)
    skin = _skin(picture, field)
    inside = skin & lesions.within(picture, field)
    nothing = np.zeros(skin.shape, bool)
    if inside.sum() < 0.02 * skin.size:
        return Scene(skin, nothing, False)
    shapes = _dark(picture[..., 2], inside) if field else _standing_out(picture, inside)
    if shapes is None or shapes[0].sum() > _LARGEST * inside.sum():
        return Scene(skin, nothing, False)
    found, *others = (_hull(shape) for shape in shapes)
    steady = min(lesions.dice(found, other) for other in others) > _STEADY
    return Scene(skin, found, steady)


def _hull(shape: np.ndarray) -> np.ndarray:
    """A region with its bays: what is pale or shiny within a lesion is the lesion's."""
    out = np.zeros(shape.shape, np.uint8)
    points = cv2.findNonZero(shape.astype(np.uint8))
    if points is not None:
        cv2.fillConvexPoly(out, cv2.convexHull(points), 1)
    return out > 0


def _dark(channel: np.ndarray, inside: np.ndarray) -> list[np.ndarray] | None:
    """The dark region nearest the middle (bool, h × w) and what it is at shifted thresholds."""
    found = lesions.segment(channel, inside)
    if found is None:
        return None
    others = [lesions.segment(channel, inside, shift) for shift in _SHIFTS]
    return [found, *(other if other is not None else np.zeros_like(found) for other in others)]


def _standing_out(picture: np.ndarray, inside: np.ndarray) -> list[np.ndarray] | None:
    """The same of what differs most from the skin around it, whose light may be uneven."""
    height, width = inside.shape
    size = (width // _HALF, height // _HALF)
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    small = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))  # hairs
    within = cv2.resize(inside.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    planes = np.log(small.astype(np.float32) + 4)
    y, x = np.mgrid[-1 : 1 : size[1] * 1j, -1 : 1 : size[0] * 1j].astype(np.float32)
    terms = np.stack((np.ones_like(x), x, y, x * x, x * y, y * y), axis=-1)
    sample, colours = terms[within][::11], planes[within][::11]
    pull = np.ones(len(sample), np.float32)
    for _ in range(3):
        weighted = (sample * pull[:, None]).T
        level = np.linalg.solve(weighted @ sample + 1e-3 * np.eye(6), weighted @ colours)
        off = np.abs(colours - sample @ level).sum(axis=1)
        pull = 1 / (1 + (off / (2 * np.median(off) + 1e-3)) ** 2) ** 2
    off_level = np.abs(planes - (terms @ level).astype(np.float32))
    distance = (off_level[..., 0] + off_level[..., 1] + off_level[..., 2]) * within
    distance = cv2.GaussianBlur(distance, (0, 0), 1.5)
    near_middle = np.exp(-(x * x + y * y) / 0.7)
    seed = cv2.GaussianBlur(distance, (0, 0), 3) * near_middle
    _low, _high, _at, at = cv2.minMaxLoc(seed)
    peak = float(cv2.GaussianBlur(distance, (0, 0), 3)[at[1], at[0]])
    if peak < _STANDS_OUT * float(np.median(distance[within])):
        return None
    shapes = []
    for share in (0.45, 0.35, 0.6):
        above = (distance > share * peak).astype(np.uint8)
        _count, labels = cv2.connectedComponents(above)
        label = labels[at[1], at[0]]
        found = ((labels == label) & (label > 0)).astype(np.uint8)
        found = cv2.resize(found, (width, height), interpolation=cv2.INTER_NEAREST)
        shapes.append(found > 0)
    return shapes


def _skin(picture: np.ndarray, field: fields.Field | None) -> np.ndarray:
    """Bool (h, w): within a dermoscope's field; of another picture all but large things that are
    pale or off the skin's colour."""
    height, width = picture.shape[:2]
    if field is not None:
        return field.mask(picture.shape, _RIM)
    size = (width // _HALF, height // _HALF)
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float32) + 4
    logs = np.log(small)
    colour = np.stack((logs[..., 0] - logs[..., 2], logs[..., 0] - logs[..., 1]), axis=-1)
    bright = (small[..., 0] + small[..., 1] + small[..., 2]) / 3
    usual = np.median(colour.reshape(-1, 2), axis=0)
    off = np.hypot(colour[..., 0] - usual[0], colour[..., 1] - usual[1]) > _OFF
    off &= colour[..., 0] < usual[0]
    off &= (small[..., 0] < _CLIPPED) | (small[..., 2] > _WHITE)  # not skin that is overexposed
    pale = off & (bright > _PALE * np.median(bright))
    foreign = _large(pale, anywhere=True) | _large(off, anywhere=False)
    if foreign.mean() > _MOST_FOREIGN:
        return np.ones((height, width), bool)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_GAP, _GAP))
    foreign = cv2.dilate(foreign, kernel)
    return cv2.resize(foreign, (width, height), interpolation=cv2.INTER_NEAREST) == 0


def _large(found: np.ndarray, *, anywhere: bool) -> np.ndarray:
    """The large regions of a mask as uint8: those at the frame only, or `anywhere`."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_GAP, _GAP))
    closed = cv2.morphologyEx(found.astype(np.uint8), cv2.MORPH_CLOSE, kernel)
    closed = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    out = np.zeros(found.shape, np.uint8)
    count, labels, stats, _middles = cv2.connectedComponentsWithStats(closed)
    for label in range(1, count):
        left, top, width, height, area = stats[label]
        at_frame = left == 0 or top == 0
        at_frame |= left + width == found.shape[1] or top + height == found.shape[0]
        if area >= _LEAST * found.size and (anywhere or at_frame):
            out |= (labels == label).astype(np.uint8)
    return out
