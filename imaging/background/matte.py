"""A coarse mask → alpha at full size that follows hair and edges of the picture itself.

Closed-form matting (Levin, Lischinski and Weiss, PAMI 30, 2008) on the band along the outline, in
the form of He, Sun and Tang (CVPR 2010): the matting Laplacian times α is α minus what a guided
filter makes of it, so that conjugate gradients need box filters only. It is solved on a reduced
picture; its local linear model, α = a·colour + b, is what gives every pixel of the whole one its α.
"""

import cv2
import numpy as np

_RADIUS, _EPSILON = 2, 1e-4  # px of the reduced picture; of colours 0 to 1, squared
_STEPS, _ENOUGH = 24, 2e-3  # conjugate gradients: at most so many, to this residual
_KNOWN, _PRIOR = 30.0, 0.002  # how firmly α is held where it is known; to the network elsewhere
_FOOT, _TOP = 0.08, 0.92  # α under and over which it is none and whole
_HALF, _STEEP = 0.4, 0.25  # where the network's belief is an outline, and how steep it is made
_PIECE = 0.02  # of the largest piece: what is smaller is a speck, or a hole that is none


class Guide:
    """A guided filter (He, Sun and Tang, PAMI 35, 2013) with an RGB picture (h, w, 3; float32,
    0 to 1) as its guide."""

    def __init__(self, picture, radius=_RADIUS, epsilon=_EPSILON):
        self.picture, self.size = picture, (2 * radius + 1,) * 2
        self.mean = self._box(picture)
        pairs = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
        rr, rg, rb, gg, gb, bb = (
            self._box(picture[..., i] * picture[..., j]) - self.mean[..., i] * self.mean[..., j]
            for i, j in pairs
        )
        rr, gg, bb = rr + epsilon, gg + epsilon, bb + epsilon
        minors = (
            gg * bb - gb * gb,
            gb * rb - rg * bb,
            rg * gb - gg * rb,
            rr * bb - rb * rb,
            rb * rg - rr * gb,
            rr * gg - rg * rg,
        )
        determinant = rr * minors[0] + rg * minors[1] + rb * minors[2]
        self.inverse = [minor / determinant for minor in minors]

    def _box(self, plane):
        return cv2.boxFilter(plane, -1, self.size, borderType=cv2.BORDER_REFLECT)

    def model(self, plane):
        """(a, b): (h, w, 3) and (h, w), the local linear model of a plane, averaged."""
        mean = self._box(plane)
        shares = self._box(self.picture * plane[..., None]) - self.mean * mean[..., None]
        r, g, b = cv2.split(shares)
        i0, i1, i2, i3, i4, i5 = self.inverse
        slope = cv2.merge(
            (i0 * r + i1 * g + i2 * b, i1 * r + i3 * g + i4 * b, i2 * r + i4 * g + i5 * b)
        )
        offset = mean - np.einsum("ijk,ijk->ij", slope, self.mean)
        return self._box(slope), self._box(offset)

    def filtered(self, plane):
        slope, offset = self.model(plane)
        return np.einsum("ijk,ijk->ij", slope, self.picture) + offset


def tidy(mask: np.ndarray) -> np.ndarray:
    """A bool mask without specks and pinholes."""
    mask = mask.astype(np.uint8)
    for value in (1, 0):
        count, labels, stats, _centres = cv2.connectedComponentsWithStats(
            mask if value else 1 - mask, connectivity=8 if value else 4
        )
        if count < 2:
            continue
        areas = stats[:, cv2.CC_STAT_AREA].copy()
        areas[0] = 0
        largest = areas.max() if value else int(mask.sum())
        small = (areas < _PIECE * largest) & (areas > 0)
        mask[small[labels]] = 1 - value
    return mask.astype(bool)


def band(sure: np.ndarray, width: float) -> tuple[np.ndarray, np.ndarray]:
    """(inside, unknown), both bool: the tidied mask, and the band along its outline where α is to
    be found: `width` px to either side, and up to four times that where `sure` (0 to 1) is not."""
    inside = tidy(cv2.GaussianBlur(sure, (0, 0), max(0.8, width / 6)) > _HALF)
    padded = cv2.copyMakeBorder(inside.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    away = np.maximum(
        *(
            cv2.distanceTransform(plane, cv2.DIST_L2, 3)[1:-1, 1:-1]
            for plane in (padded, 1 - padded)
        )
    )
    doubtful = (sure > 0.1) & (sure < 0.9)
    return inside, (away < width) | (doubtful & (away < 4 * width))


def solve(picture: np.ndarray, sure: np.ndarray, inside, unknown) -> np.ndarray:
    """α (h, w; float32, 0 to 1) of a reduced picture (h, w, 3; float32, 0 to 1)."""
    alpha = inside.astype(np.float32)
    if not unknown.any():
        return alpha
    rows, columns = (np.flatnonzero(unknown.any(axis=axis)) for axis in (1, 0))
    pad = 4 * _RADIUS
    part = np.s_[
        max(0, rows[0] - pad) : rows[-1] + 1 + pad, max(0, columns[0] - pad) : columns[-1] + 1 + pad
    ]
    guide, open_ = Guide(np.ascontiguousarray(picture[part])), unknown[part]
    # What the network half believes is there or is not: no ghost of it.
    steep = ((sure[part] - (_HALF - _STEEP)) / (2 * _STEEP)).clip(0, 1)
    goal = np.where(open_, steep, alpha[part]).astype(np.float32)
    weight = np.where(open_, np.float32(_PRIOR), np.float32(_KNOWN))

    def product(plane):
        return plane - guide.filtered(plane) + weight * plane

    found = goal.copy()
    residual = weight * goal - product(found)
    # A diagonal preconditioner: the weights differ by a thousand.
    scale = 1 / (1 + weight)
    step = scale * residual
    direction, size = step.copy(), float((residual * step).sum())
    enough = _ENOUGH**2 * max(size, 1e-12)
    for _ in range(_STEPS):
        if size <= enough:
            break
        image = product(direction)
        length = size / max(float((direction * image).sum()), 1e-12)
        found += length * direction
        residual -= length * image
        step = scale * residual
        size, before = float((residual * step).sum()), size
        direction = step + (size / before) * direction
    alpha[part] = np.where(open_, found.clip(0, 1), alpha[part])
    return alpha


def ramp(alpha):
    """Solid to the edge: what is nearly whole is whole, what is nearly none is none."""
    return ((alpha - np.float32(_FOOT)) / np.float32(_TOP - _FOOT)).clip(0, 1)
