"""Engine `lesion`: segments the lesion of a dermoscopic picture by its blue channel.

Melanin and blood both darken blue light most, so Otsu's threshold on a smoothed blue channel
separates lesion from skin. Where confidence in that mask is low (it follows the rim of the field,
or other channels disagree), hair is removed, the illumination evened, and other channels are tried;
the mask with the highest confidence is taken.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from . import field as fields

SIDE = fields.SIDE  # px, long side
_SIGMA = 2.0  # px: anything thinner is hair or pigment network, not the lesion
_USABLE_RADIUS = 0.96  # of the field's radius: its rim is not skin
_OPEN, _CLOSE = 5, 11  # px, diameters
_MIN_SHARE, _MAX_SHARE = 0.002, 0.85  # of the field
_SOLIDITY = 0.92  # share of its convex hull that a lesion fills
MIN_CONTRAST = 0.2  # as `_contrast`, for an outline off the rim: below it there is no lesion
_FAR = 0.3  # of the distance between the two means
CONFIDENT = 0.7  # confidence in the plain mask from which nothing else is tried


@dataclass(frozen=True, slots=True)
class Lesion:
    """`mask` bool (h, w) at long side 384 px; `confidence`, the `agreement` of the channels and
    `leaning`, the share of the outline on the field's rim, 0 to 1; `contrast` as `_contrast`;
    `stable`, the Dice of the mask and that of a threshold _FAR below."""

    mask: np.ndarray
    confidence: float
    contrast: float
    agreement: float
    leaning: float
    stable: float


def find(picture: np.ndarray, field: fields.Field | None) -> Lesion | None:
    """The lesion in an RGB picture (h, w, 3; uint8; long side SIDE), None where there is none."""
    inside = within(picture, field)
    plain = _evaluate(picture, picture[..., 2], inside)
    candidates = [plain]
    if not plain or plain.confidence < CONFIDENT:
        hairless = remove_hair(picture)
        even = _even_illumination(hairless, inside, plain)
        for source in (hairless, even):
            for channel in (source[..., 2], source[..., 1], _first_component(source, inside)):
                candidates.append(_evaluate(source, channel, inside))
    best = max(filter(None, candidates), key=lambda lesion: lesion.confidence, default=None)
    if best is None or best.contrast * (1 - best.leaning) < MIN_CONTRAST:
        return None
    return best


def within(picture: np.ndarray, field: fields.Field | None) -> np.ndarray:
    """Bool (h, w): the pixels that may be skin."""
    if field is None:
        return np.ones(picture.shape[:2], bool)
    return field.mask(picture.shape, _USABLE_RADIUS)


def segment(channel: np.ndarray, inside: np.ndarray, shift: float = 0.0) -> np.ndarray | None:
    """The dark region (bool, h × w) of a channel (h, w; uint8) closest to the middle, filled, or
    None; `shift` moves the threshold by that share of the distance between the two means."""
    smooth = cv2.GaussianBlur(channel, (0, 0), _SIGMA)
    values = smooth[inside]
    level = otsu(values)
    if shift:
        dark, light = values[values <= level], values[values > level]
        if len(dark) and len(light):
            level += shift * (float(light.mean()) - float(dark.mean()))
    mask = ((smooth <= level) & inside).astype(np.uint8)
    for operation, size in ((cv2.MORPH_OPEN, _OPEN), (cv2.MORPH_CLOSE, _CLOSE)):
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
        mask = cv2.morphologyEx(mask, operation, kernel)
    mask &= inside
    count, labels = cv2.connectedComponents(mask)
    if count < 2:
        return None
    weights = np.bincount(labels.ravel(), _centre_weights(inside).ravel(), count)
    return fill_holes(labels == 1 + int(np.argmax(weights[1:]))) & inside


def _centre_weights(inside: np.ndarray) -> np.ndarray:
    """1 in the middle of the field, almost 0 at its rim. Per pixel, not by centroid: a dark ring
    is centred too."""
    rows, columns = np.nonzero(inside)
    y, x = np.ogrid[: inside.shape[0], : inside.shape[1]]
    sigma = np.sqrt(len(rows)) / 3
    return np.exp(-(((y - rows.mean()) / sigma) ** 2 + ((x - columns.mean()) / sigma) ** 2) / 2)


def otsu(values: np.ndarray) -> float:
    """Otsu's threshold of uint8 values."""
    level, _binary = cv2.threshold(
        values.reshape(1, -1), 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU
    )
    return float(level)


def fill_holes(mask: np.ndarray) -> np.ndarray:
    """A bool mask without holes."""
    outlines, _tree = cv2.findContours(
        mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    out = cv2.drawContours(np.zeros(mask.shape, np.uint8), outlines, -1, 1, cv2.FILLED)
    return out.astype(bool)


def _evaluate(picture: np.ndarray, channel: np.ndarray, inside: np.ndarray) -> Lesion | None:
    mask = segment(channel, inside)
    if mask is None or not _MIN_SHARE < mask.sum() / inside.sum() < _MAX_SHARE:
        return None
    contrast = _contrast(picture, mask, inside)
    others = [segment(channel, inside, shift) for shift in (-0.12, 0.12)]
    others += [segment(other, inside) for other in (picture[..., 1], picture.min(axis=2))]
    agreement = float(np.mean([dice(mask, other) for other in others]))
    leaning = _leaning(mask, inside)
    confidence = agreement * (1 - leaning) * min(1.0, _solidity(mask) / _SOLIDITY)
    stable = dice(mask, segment(channel, inside, -_FAR))
    return Lesion(mask, confidence, contrast, agreement, leaning, stable)


def dice(some: np.ndarray, other: np.ndarray | None) -> float:
    """2 |A ∩ B| / (|A| + |B|) of two bool masks."""
    if other is None:
        return 0.0
    return float(2 * (some & other).sum() / max(1, some.sum() + other.sum()))


def _contrast(picture: np.ndarray, mask: np.ndarray, inside: np.ndarray) -> float:
    """The colour distance of the region from the skin around it, relative to the spread of that
    skin."""
    size = 2 * max(4, round(0.15 * np.sqrt(mask.sum()))) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    near = cv2.dilate(mask.astype(np.uint8), kernel) > 0
    skin = inside & near & ~mask
    if skin.sum() < 30:
        skin = inside & ~mask
    if skin.sum() < 30:
        return 0.0
    smooth = cv2.GaussianBlur(picture, (0, 0), _SIGMA).astype(np.float32)
    region, around = smooth[mask], smooth[skin]
    distance = np.abs(np.median(region, axis=0) - np.median(around, axis=0)).sum()
    spread = np.abs(around - np.median(around, axis=0)).mean(axis=0).sum()
    return float(distance / (8 * (spread + 2)))


def _solidity(mask: np.ndarray) -> float:
    """Share of its convex hull that the region fills: hairs running into it extend the hull."""
    (outline, *_others), _tree = cv2.findContours(
        mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )
    return float(mask.sum() / max(1.0, cv2.contourArea(cv2.convexHull(outline))))


def _leaning(mask: np.ndarray, inside: np.ndarray) -> float:
    """Share of the region's outline that is the rim of the field."""
    kernel = np.ones((3, 3), np.uint8)
    outline = mask & ~(cv2.erode(mask.astype(np.uint8), kernel, borderValue=0) > 0)
    inner = cv2.erode(inside.astype(np.uint8), np.ones((7, 7), np.uint8), borderValue=0) > 0
    return float((outline & ~inner).sum() / max(1, outline.sum()))


def remove_hair(picture: np.ndarray) -> np.ndarray:
    """An RGB picture (h, w, 3; uint8) with dark hairs painted over: what is thin, long and darker
    than both its sides, after DullRazor (Lee et al. 1997)."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))
    grey = picture.min(axis=2)
    thin = cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, kernel)
    thin_dark = (thin > max(12, 2.5 * float(thin.mean()))).astype(np.uint8)
    count, labels, stats, _centres = cv2.connectedComponentsWithStats(thin_dark)
    length = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    hair = (length > 30) & (stats[:, cv2.CC_STAT_AREA] < 6 * length)
    hair[0] = False
    if count < 2 or not hair.any():
        return picture
    covered = cv2.dilate(hair[labels].astype(np.uint8), np.ones((3, 3), np.uint8))
    closed = cv2.morphologyEx(picture, cv2.MORPH_CLOSE, kernel)
    return np.where(covered[..., None] > 0, closed, picture)


def _even_illumination(picture: np.ndarray, inside: np.ndarray, found: Lesion | None) -> np.ndarray:
    """The picture in even light: each channel divided by a quadric fitted to its brighter skin."""
    height, width = inside.shape
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    terms = np.stack((np.ones_like(x), x, y, x * x, x * y, y * y), axis=-1).astype(np.float32)
    skin = inside.copy()
    if found is not None and found.leaning < 0.2:
        skin &= ~found.mask
    smooth = cv2.GaussianBlur(picture, (0, 0), 4).astype(np.float32)
    skin &= smooth[..., 2] >= np.percentile(smooth[..., 2][inside], 35)
    if skin.sum() < 500:
        return picture
    out = np.empty_like(picture)
    for channel in range(3):
        (weights, *_rest) = np.linalg.lstsq(
            terms[skin][::7], smooth[..., channel][skin][::7], rcond=None
        )
        light = np.maximum(terms @ weights, 20)
        level = float(np.median(light[inside]))
        out[..., channel] = (picture[..., channel] * (level / light)).clip(0, 255)
    return out


def _first_component(picture: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """The first principal component of the colours as uint8 (h, w), light where the picture is."""
    colours = picture[inside].astype(np.float32)
    mean = colours.mean(axis=0)
    _values, vectors = np.linalg.eigh(np.cov((colours - mean)[::5].T))
    axis = vectors[:, -1] * np.sign(vectors[:, -1].sum() or 1)
    plane = (picture.astype(np.float32) - mean) @ axis.astype(np.float32)
    low, high = np.percentile(plane[inside], (0.5, 99.5))
    return ((plane - low) * (255 / max(1e-3, high - low))).clip(0, 255).astype(np.uint8)
