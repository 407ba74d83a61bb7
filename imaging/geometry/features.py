"""How two pictures of one skin lie to each other, by the texture of the skin: SIFT (Lowe 2004).

Between two visits hair, light and part of the marks differ, so that few features match by
themselves. A first guess from those that do (in the most frequent turn and scale) is enough to look
for each feature's counterpart where it should be; how many of these then lie much closer than
chance would have it is what belief rests on.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

# px, long side at which features are looked for: what is finer does not last until another visit
SIDE = 384
_MOST = 1000  # features of a picture
_EVEN = 18.0  # px, σ: light that changes slower than this is evened out
_RATIO = 0.9  # of the distances of the best and second counterpart
_SAMPLES = 8000  # pairs of matches that are tried for a guess
_COARSE = 6.0  # px: how near a match is to such a guess that it speaks for
_GUESSES = 4  # that are followed up
_TURN_BINS, _SCALE_BIN = 24, 0.5  # of a turn; in octaves
_REACHES = (24.0, 12.0)  # px: how far from where it should be a counterpart is looked for
_NEAR = 3.0  # px: so close to where it should be, a counterpart counts as found
_TURN_OFF, _SCALE_OFF = np.radians(25), 0.55  # of a counterpart's own direction; ln of its size
_MIN_MATCHES = 5


@dataclass(frozen=True, slots=True)
class Features:
    """`points` (n, 2) px, pixel centres at whole numbers; `directions` (n,) rad, `sizes` (n,) ln
    px; `descriptors` (n, 128) float32 of length 1."""

    points: np.ndarray
    directions: np.ndarray
    sizes: np.ndarray
    descriptors: np.ndarray


@dataclass(frozen=True, slots=True)
class Match:
    """`matrix` (2, 3): a similarity, first → second, px; `inliers` features found where they should
    be, of `tried` that had a candidate within the last reach; `points` (inliers, 2) px in the first
    picture; `residual` px, the median distance of the inliers."""

    matrix: np.ndarray
    inliers: int
    tried: int
    points: np.ndarray
    residual: float


def even(grey: np.ndarray) -> np.ndarray:
    """A grey picture (h, w; uint8) with the same brightness and contrast everywhere, as uint8."""
    plane = grey.astype(np.float32)
    plane -= _blurred(plane, _EVEN)
    spread = np.sqrt(_blurred(plane * plane, 1.5 * _EVEN))
    return (128 + 42 * plane / (spread + 3)).clip(0, 255).astype(np.uint8)


def _blurred(plane: np.ndarray, sigma: float) -> np.ndarray:
    small = cv2.resize(plane, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / 4)
    return cv2.resize(small, plane.shape[::-1], interpolation=cv2.INTER_LINEAR)


def extract(evened: np.ndarray, usable: np.ndarray) -> Features:
    """The strongest features of an evened picture where `usable` (h, w; uint8) is not 0."""
    sift = cv2.SIFT.create(nfeatures=_MOST, contrastThreshold=0.03, edgeThreshold=12, sigma=1.6)
    found, descriptors = sift.detectAndCompute(evened, usable)
    if not found:
        empty = np.empty(0, np.float32)
        return Features(np.empty((0, 2), np.float32), empty, empty, np.empty((0, 128), np.float32))
    # RootSIFT: the square roots compare histograms better (Arandjelović and Zisserman 2012).
    descriptors = np.sqrt(descriptors / np.maximum(1, descriptors.sum(axis=1, keepdims=True)))
    return Features(
        np.array([point.pt for point in found], np.float32),
        np.radians(np.array([point.angle for point in found], np.float32)),
        np.log(np.array([point.size for point in found], np.float32)),
        descriptors.astype(np.float32),
    )


def matches(one: Features, other: Features) -> Iterator[Match]:
    """The similarities that features speak for, one after the other: the next is only worked out
    when it is asked for."""
    if min(len(one.points), len(other.points)) < _MIN_MATCHES:
        return
    likeness = one.descriptors @ other.descriptors.T
    for matrix in _guesses(one, other, likeness):
        found = _guided(matrix, one, other, likeness)
        if found is not None:
            yield found


def _guesses(one: Features, other: Features, likeness: np.ndarray) -> list[np.ndarray]:
    """Similarities from pairs that match by themselves, of the most frequent turns and scales."""
    rows = np.arange(len(one.points))
    nearest = likeness.argmax(axis=1)
    first = likeness[rows, nearest]
    rest = likeness.copy()
    rest[rows, nearest] = -1
    second = rest.max(axis=1)
    mutual = likeness.argmax(axis=0)[nearest] == rows
    distance = np.sqrt(np.maximum(0, 2 - 2 * first)) / np.sqrt(np.maximum(1e-6, 2 - 2 * second))
    chosen = np.flatnonzero(mutual & (distance < _RATIO + 0.05) | (distance < _RATIO - 0.05))
    if len(chosen) < _MIN_MATCHES:
        return []
    there = nearest[chosen]
    turn = other.directions[there] - one.directions[chosen]
    octave = (other.sizes[there] - one.sizes[chosen]) / np.log(2)
    possible = np.abs(octave) < 1.3
    votes = np.zeros((_TURN_BINS, 7), int)
    place = np.floor(turn / (2 * np.pi) * _TURN_BINS).astype(int) % _TURN_BINS
    level = np.clip(np.rint(octave / _SCALE_BIN).astype(int) + 3, 0, 6)
    np.add.at(votes, (place[possible], level[possible]), 1)
    smooth = votes + np.roll(votes, 1, 0) + np.roll(votes, -1, 0)
    smooth[:, 1:] += votes[:, :-1]
    smooth[:, :-1] += votes[:, 1:]
    guesses = []
    for peak in np.argsort(smooth, axis=None)[::-1][:_GUESSES]:
        at, size = divmod(int(peak), 7)
        turns = np.abs((place - at + _TURN_BINS // 2) % _TURN_BINS - _TURN_BINS // 2)
        members = possible & (turns <= 1) & (np.abs(level - size) <= 1)
        if members.sum() < _MIN_MATCHES:
            continue
        matrix = _consensus(
            one.points[chosen[members]],
            other.points[there[members]],
            turn[members],
            octave[members] * np.log(2),
        )
        if matrix is not None:
            guesses.append(matrix)
    return guesses


def _consensus(
    here: np.ndarray, there: np.ndarray, turns: np.ndarray, sizes: np.ndarray
) -> np.ndarray | None:
    """RANSAC (Fischler and Bolles 1981) with every sample at once: the similarity through two
    matches, of their own turn (rad) and size (ln), that most others are near to. The same points,
    the same answer."""
    first, second = np.random.default_rng(len(here)).integers(0, len(here), (2, _SAMPLES))
    p, q = (points[:, 0] + 1j * points[:, 1] for points in (here, there))
    span = p[second] - p[first]
    far = np.abs(span) > 20
    first, second, span = first[far], second[far], span[far]
    turn = (q[second] - q[first]) / span
    own = np.exp(sizes + 1j * turns).astype(np.complex64)
    off = [np.log(np.maximum(np.abs(turn), 1e-6)) - sizes[ends] for ends in (first, second)]
    possible = np.abs(off).max(axis=0) < _SCALE_OFF
    for ends in (first, second):
        possible &= np.abs(np.angle(turn * own[ends].conj())) < _TURN_OFF
    possible &= (np.abs(turn) > 0.4) & (np.abs(turn) < 2.5)
    if not possible.any():
        return None
    turn = turn[possible].astype(np.complex64)
    shift = (q[first[possible]] - turn * p[first[possible]]).astype(np.complex64)
    distance = np.abs(turn[:, None] * p.astype(np.complex64) + shift[:, None] - q)
    best = int((distance < _COARSE).sum(axis=1).argmax())
    a, b = float(turn[best].real), float(turn[best].imag)
    return np.array([[a, -b, shift[best].real], [b, a, shift[best].imag]])


def _guided(
    matrix: np.ndarray, one: Features, other: Features, likeness: np.ndarray
) -> Match | None:
    """The guess, refined by all features that have a counterpart near where it should be."""
    for reach in _REACHES:
        scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
        if not 0.4 < scale < 2.5:
            return None
        pairs = _counterparts(matrix, one, other, likeness, reach * max(1.0, scale))
        if len(pairs) < _MIN_MATCHES:
            return None
        here, there = one.points[pairs[:, 0]], other.points[pairs[:, 1]]
        for width in (reach / 2, reach / 4, _NEAR):
            fitted = _fitted(matrix, here, there, width * max(1.0, scale))
            if fitted is None:
                return None
            matrix = fitted
    distance = _distance(matrix, here, there) / max(1.0, scale)
    found = distance < _NEAR
    if not found.any():
        return None
    return Match(
        matrix, int(found.sum()), len(pairs), here[found], float(np.median(distance[found]))
    )


def _counterparts(
    matrix: np.ndarray, one: Features, other: Features, likeness: np.ndarray, reach: float
) -> np.ndarray:
    """(n, 2) indices: for each feature the most alike one within `reach` of where it should be,
    of about the size and direction that it should have."""
    expected = (one.points @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
    turn = np.arctan2(matrix[1, 0], matrix[0, 0])
    size = np.log(np.hypot(matrix[0, 0], matrix[1, 0]))
    # |p − q|² < r², as 2 p·q − |q|² > |p|² − r²: in place, since these are a million.
    nearness = (2 * expected) @ other.points.T
    nearness -= (other.points**2).sum(axis=1)
    near = nearness > ((expected**2).sum(axis=1) - np.float32(reach * reach))[:, None]
    rows, columns = np.divmod(np.flatnonzero(near), len(other.points))
    off = other.directions[columns] - one.directions[rows] - turn
    off = np.abs((off + np.pi) % (2 * np.pi) - np.pi)
    larger = np.abs(other.sizes[columns] - one.sizes[rows] - size)
    alike = (off < _TURN_OFF) & (larger < _SCALE_OFF)
    rows, columns = rows[alike], columns[alike]
    order = np.lexsort((-likeness[rows, columns], rows))
    rows, columns = rows[order], columns[order]
    first = np.ones(len(rows), bool)
    first[1:] = rows[1:] != rows[:-1]
    return np.stack((rows[first], columns[first]), axis=1)


def _distance(matrix: np.ndarray, here: np.ndarray, there: np.ndarray) -> np.ndarray:
    return np.hypot(*(here @ matrix[:, :2].T + matrix[:, 2] - there).T)


def _fitted(
    matrix: np.ndarray, here: np.ndarray, there: np.ndarray, width: float
) -> np.ndarray | None:
    """The similarity of least squares, weighted by how near (`width` px) the pairs already are."""
    for _ in range(4):
        weight = 1 / (1 + (_distance(matrix, here, there) / width) ** 2) ** 2
        matrix_or_none = weighted_similarity(here, there, weight)
        if matrix_or_none is None:
            return None
        matrix = matrix_or_none
    return matrix


def weighted_similarity(
    here: np.ndarray, there: np.ndarray, weight: np.ndarray
) -> np.ndarray | None:
    """The (2, 3) similarity here → there of least squares (Umeyama 1991), None for one point."""
    weight = weight / weight.sum()
    middle, target = weight @ here, weight @ there
    p, q = here - middle, there - target
    power = float(weight @ (p**2).sum(axis=1))
    if power < 1e-6:
        return None
    a = float(weight @ (p * q).sum(axis=1)) / power
    b = float(weight @ (p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0])) / power
    turn = np.array([[a, -b], [b, a]])
    return np.column_stack((turn, target - turn @ middle))
