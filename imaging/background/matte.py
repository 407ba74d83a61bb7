"""A coarse mask → a matte that follows the hair and edges of the picture.

Closed-form matting (Levin, Lischinski and Weiss, PAMI 30, 2008) in a band along the outline, in the
form of He, Sun and Tang (CVPR 2010): the matting Laplacian times α is α minus its guided-filter
output, so that conjugate gradients need box filters only. It is solved on a reduced picture; its
local linear model, α = a·colour + b, then gives every pixel at full size its α.
"""

import cv2
import numpy as np

_RADIUS, _EPSILON = 2, 1e-4  # px of the reduced picture; of colours 0 to 1, squared
_MAX_STEPS, _TOLERANCE = 24, 2e-3  # of the conjugate gradients
_KNOWN, _PRIOR = 30.0, 0.002  # weight of α where it is known; of the network's elsewhere
_LOW, _HIGH = 0.08, 0.92  # α below and above which it is 0 and 1
_THRESHOLD, _HALF_WIDTH = 0.4, 0.25  # probability at the outline; of the ramp around it
_MIN_PIECE = 0.02  # of the largest piece: smaller pieces are specks, smaller holes are filled


class GuidedFilter:
    """A guided filter (He, Sun and Tang, PAMI 35, 2013) with an RGB picture (h, w, 3; float32,
    0 to 1) as its guide."""

    def __init__(
        self, picture: np.ndarray, radius: int = _RADIUS, epsilon: float = _EPSILON
    ) -> None:
        self.picture, self.size = picture, (2 * radius + 1, 2 * radius + 1)
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

    def _box(self, plane: np.ndarray) -> np.ndarray:
        return cv2.boxFilter(plane, -1, self.size, borderType=cv2.BORDER_REFLECT)

    def linear_model(self, plane: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(a, b): (h, w, 3) and (h, w), the averaged local linear model of a plane (h, w)."""
        mean = self._box(plane)
        covariance = self._box(self.picture * plane[..., None]) - self.mean * mean[..., None]
        r, g, b = cv2.split(covariance)
        i0, i1, i2, i3, i4, i5 = self.inverse
        slope = cv2.merge(
            (i0 * r + i1 * g + i2 * b, i1 * r + i3 * g + i4 * b, i2 * r + i4 * g + i5 * b)
        )
        offset = mean - np.einsum("ijk,ijk->ij", slope, self.mean)
        return self._box(slope), self._box(offset)

    def filter(self, plane: np.ndarray) -> np.ndarray:
        """A plane (h, w; float32), filtered."""
        slope, offset = self.linear_model(plane)
        return np.einsum("ijk,ijk->ij", slope, self.picture) + offset


def remove_specks(mask: np.ndarray) -> np.ndarray:
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
        small = (areas < _MIN_PIECE * largest) & (areas > 0)
        mask[small[labels]] = 1 - value
    return mask.astype(bool)


def trimap(probability: np.ndarray, width: float) -> tuple[np.ndarray, np.ndarray]:
    """(inside, unknown), both bool (h, w): the cleaned mask, and the band along its outline where α
    is to be solved: `width` px to either side, and up to four times that where `probability`
    (h, w; 0 to 1) is uncertain."""
    inside = remove_specks(cv2.GaussianBlur(probability, (0, 0), max(0.8, width / 6)) > _THRESHOLD)
    padded = cv2.copyMakeBorder(inside.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    distance = np.maximum(
        *(
            cv2.distanceTransform(plane, cv2.DIST_L2, 3)[1:-1, 1:-1]
            for plane in (padded, 1 - padded)
        )
    )
    uncertain = (probability > 0.1) & (probability < 0.9)
    return inside, (distance < width) | (uncertain & (distance < 4 * width))


def solve_alpha(
    picture: np.ndarray, probability: np.ndarray, inside: np.ndarray, unknown: np.ndarray
) -> np.ndarray:
    """α (h, w; float32, 0 to 1) of a reduced picture (h, w, 3; float32, 0 to 1), with the
    network's `probability` (h, w; 0 to 1) and the `trimap` made of it."""
    alpha = inside.astype(np.float32)
    if not unknown.any():
        return alpha
    rows, columns = (np.flatnonzero(unknown.any(axis=axis)) for axis in (1, 0))
    pad = 4 * _RADIUS
    part = np.s_[
        max(0, rows[0] - pad) : rows[-1] + 1 + pad, max(0, columns[0] - pad) : columns[-1] + 1 + pad
    ]
    guide, free = GuidedFilter(np.ascontiguousarray(picture[part])), unknown[part]
    # Steeper than the network's probability: no half-transparent ghosts.
    prior = (probability[part] - (_THRESHOLD - _HALF_WIDTH)) / (2 * _HALF_WIDTH)
    goal = np.where(free, prior.clip(0, 1), alpha[part]).astype(np.float32)
    weight = np.where(free, np.float32(_PRIOR), np.float32(_KNOWN))

    def product(plane: np.ndarray) -> np.ndarray:
        return plane - guide.filter(plane) + weight * plane

    solution = goal.copy()
    residual = weight * goal - product(solution)
    # A diagonal preconditioner: the weights differ by four orders of magnitude.
    scale = 1 / (1 + weight)
    step = scale * residual
    direction, size = step.copy(), float((residual * step).sum())
    target = _TOLERANCE**2 * max(size, 1e-12)
    for _ in range(_MAX_STEPS):
        if size <= target:
            break
        image = product(direction)
        length = size / max(float((direction * image).sum()), 1e-12)
        solution += length * direction
        residual -= length * image
        step = scale * residual
        size, previous = float((residual * step).sum()), size
        direction = step + (size / previous) * direction
    alpha[part] = np.where(free, solution.clip(0, 1), alpha[part])
    return alpha


def ramp(alpha: np.ndarray) -> np.ndarray:
    """α with what is almost opaque made opaque, and what is almost transparent made so."""
    return ((alpha - np.float32(_LOW)) / np.float32(_HIGH - _LOW)).clip(0, 1)
