"""How one picture lies to another of the same skin: a proposal, or why there is none.

Features of the skin's texture give a guess (`features`), windows looked for in the other picture
say whether it holds and make it exact (`blocks`). The skin around the lesion decides: the lesion
may have grown, and a map that follows it would hide just that. Where only the lesion agrees, its
structure gives shift and turn if the scale of both pictures is known, and else nothing is proposed.
"""

from dataclasses import dataclass
from typing import TypeGuard

import cv2
import numpy as np

from . import blocks, features, surroundings
from .similarity import Similarity

MIN_BELIEF = {"skin": 0.35, "lesion": 0.35}  # `script/bench compare` shows what they part
MIN_BREADTH = {"skin": 0.05, "lesion": 0.012}  # share of the long side
MIN_EVIDENCE = {"skin": 18, "lesion": 10}  # windows found that hardly overlap
MIN_INLIERS = 10  # features of the guess
_MIN_FINE = 0.75  # share of the fine windows: with less, one map does not fit skin that is bent
SCALES = (0.5, 2.0)  # of the second picture to the first, both at the same long side
_LARGER = 1.15  # the scale of the first map, off the known one, at which its guess is given up
_MARGIN = 9  # px at SIDE of surroundings: the lesion's edge belongs to it


@dataclass(frozen=True, slots=True)
class Prepared:
    """What alignment needs of a picture. `width`, `height` px of the picture that was given."""

    width: int
    height: int
    features: features.Features
    even: np.ndarray  # uint8, long side blocks.SIDE
    skin: np.ndarray  # uint8, 0 or 1, as `even`: without the lesion
    lesion: np.ndarray  # the same: the lesion with its edge
    middle: np.ndarray | None  # (2,) px of `even`: of the lesion, where its outline is steady

    @property
    def side(self) -> int:
        return max(self.width, self.height)


@dataclass(frozen=True, slots=True)
class Aligned:
    """`similarity` first → second, in pixels of the pictures that were given; `basis` "skin" or
    "lesion"; `belief` 0 to 1; `inliers` features, `windows` that were found; `residual` px of the
    second picture, how far these are off it (median)."""

    similarity: Similarity
    basis: str
    belief: float
    inliers: int
    windows: int
    residual: float


def prepare(picture: np.ndarray) -> Prepared:
    """Of an RGB picture (h, w, 3; uint8)."""
    height, width = picture.shape[:2]
    large = _resized(picture, blocks.SIDE)
    small = _resized(large, features.SIDE)
    scene = surroundings.look(_resized(small, surroundings.SIDE))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * _MARGIN + 1,) * 2)
    lesion = cv2.dilate(scene.lesion.astype(np.uint8), kernel) & scene.skin.astype(np.uint8)
    size = large.shape[1::-1]
    skin, lesion = (
        cv2.resize(plane, size, interpolation=cv2.INTER_NEAREST)
        for plane in (scene.skin.astype(np.uint8) & (1 - lesion), lesion)
    )
    middle = None
    if scene.steady:
        y, x = np.nonzero(scene.lesion)
        middle = np.array([x.mean(), y.mean()]) * (size[0] / scene.lesion.shape[1])
    usable = cv2.resize(
        scene.skin.astype(np.uint8), small.shape[1::-1], interpolation=cv2.INTER_NEAREST
    )
    found = features.extract(features.even(small[..., 1]), usable)
    return Prepared(width, height, found, features.even(large[..., 1]), skin, lesion, middle)


def _resized(picture: np.ndarray, side: int) -> np.ndarray:
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    if scale == 1:
        return picture
    size = max(16, round(width * scale)), max(16, round(height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return cv2.resize(picture, size, interpolation=method)


def align(one: Prepared, other: Prepared, scale: float | None = None) -> Aligned | str:
    """The proposal, or the code of why there is none (`protocol.REFUSALS`).

    scale: how many times larger the same thing is in the second picture, in the pixels of the two
    that were given, where both have a known scale.
    """
    if min(len(one.features.points), len(other.features.points)) < MIN_INLIERS:
        return "no_texture"
    known = None if scale is None else scale * one.side / other.side
    answer: Aligned | str = "no_match"
    best: features.Match | None = None
    for match in features.matches(one.features, other.features):
        if match.inliers < MIN_INLIERS:
            continue
        if best is None or match.inliers > best.inliers:
            best = match
        answer = _by_skin(_enlarged(match), match.inliers, one, other)
        if answer != "not_believed":
            break
    if answer == "not_believed" and best is not None:
        answer = _by_lesion(_enlarged(best), best.inliers, one, other, known)
    if isinstance(answer, str):
        return answer
    at_same_side = answer.similarity.scale * one.side / other.side
    if not SCALES[0] <= at_same_side <= SCALES[1]:
        return "scale_unlikely"
    if known and not 1 / 1.05 < at_same_side / known < 1.05:
        return "scale_differs"
    return answer


def _enlarged(match: features.Match) -> np.ndarray:
    return blocks.resized(match.matrix, blocks.SIDE / features.SIDE)


def _by_skin(guess: np.ndarray, inliers: int, one: Prepared, other: Prepared) -> Aligned | str:
    pictures, usable = (one.even, other.even), (one.skin, other.skin)
    first = blocks.agreement(guess, pictures, usable, blocks.COARSE)
    if not _believed(first, "skin"):
        return "not_believed"
    at = _middle(first.matrix, one, other)
    last = blocks.agreement(first.matrix, pictures, usable, blocks.FINE, middle=at)
    if not _believed(last, "skin"):
        # Too little fine detail lasts in the skin: its scale, and the lesion's turn and shift.
        start = _nearest(first.matrix, first.points.mean(axis=0) if at is None else at)
        whole = (one.skin | one.lesion, other.skin | other.lesion)
        last = blocks.agreement(start, pictures, whole, blocks.FINE, rigid=True, middle=at)
        if not _believed(last, "skin"):
            return "not_believed"
    elif last.share < _MIN_FINE:
        return "not_believed"
    at = _middle(last.matrix, one, other)
    matrix = _nearest(last.matrix, last.points.mean(axis=0) if at is None else at)
    return _aligned(matrix, "skin", first.belief, inliers, last, one, other)


def _by_lesion(
    guess: np.ndarray, inliers: int, one: Prepared, other: Prepared, known: float | None
) -> Aligned | str:
    """By the lesion's structure alone, whose scale must be known."""
    pictures, usable = (one.even, other.even), (one.lesion, other.lesion)
    free = blocks.agreement(guess, pictures, usable, blocks.SMALL)
    if not _believed(free, "lesion"):
        return "not_believed"
    if known is None:
        return "lesion_only"
    at = free.points.mean(axis=0)
    matrix = _nearest(free.matrix, at)
    ratio = known / float(np.hypot(*matrix[:, 0]))
    if not 1 / _LARGER < ratio < _LARGER:
        return "scale_differs"
    scaled = np.column_stack((matrix[:, :2] * ratio, ratio * (matrix[:, 2] - at) + at))
    fixed = blocks.agreement(scaled, pictures, usable, blocks.SMALL, rigid=True)
    if not _believed(fixed, "lesion"):
        return "not_believed"
    return _aligned(fixed.matrix, "lesion", fixed.belief, inliers, fixed, one, other)


def _believed(found: blocks.Agreement | None, basis: str) -> TypeGuard[blocks.Agreement]:
    return (
        found is not None
        and found.belief >= MIN_BELIEF[basis]
        and found.breadth >= MIN_BREADTH[basis]
        and found.evidence >= MIN_EVIDENCE[basis]
    )


def _aligned(
    matrix: np.ndarray,
    basis: str,
    belief: float,
    inliers: int,
    found: blocks.Agreement,
    one: Prepared,
    other: Prepared,
) -> Aligned:
    residual = found.residual * other.side / blocks.SIDE
    similarity = _similarity(matrix, one, other)
    return Aligned(similarity, basis, belief, inliers, found.found, residual)


def _middle(matrix: np.ndarray, one: Prepared, other: Prepared) -> np.ndarray | None:
    """Where in the second picture the lesion is, as both see it; None where they do not."""
    if one.middle is None:
        return other.middle
    there = matrix[:, :2] @ one.middle + matrix[:, 2]
    if other.middle is None:
        return there
    if np.hypot(*(there - other.middle)) > 0.1 * blocks.SIDE:
        return None
    return (there + other.middle) / 2


def _nearest(matrix: np.ndarray, at: np.ndarray) -> np.ndarray:
    """The similarity most like an affine map, the same at the point `at` of the second picture."""
    a, b = (matrix[0, 0] + matrix[1, 1]) / 2, (matrix[1, 0] - matrix[0, 1]) / 2
    linear = np.array([[a, -b], [b, a]])
    here = np.linalg.solve(matrix[:, :2], at - matrix[:, 2])
    return np.column_stack((linear, at - linear @ here))


def _similarity(matrix: np.ndarray, one: Prepared, other: Prepared) -> Similarity:
    """From pixel centres at blocks.SIDE to pixels, from the corner, of what was given."""
    shift = matrix[:, 2] + 0.5 - matrix[:, :2].sum(axis=1) * 0.5
    plain = Similarity(*(float(v) for v in (matrix[0, 0], matrix[1, 0], *shift)))
    return plain.resized(one.side / blocks.SIDE, other.side / blocks.SIDE)
