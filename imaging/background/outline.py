"""The outline of a cut-out as closed lines of a few points, and a mask made of such lines.

A ring inside another is a hole (even-odd rule).
"""

import json
from typing import IO

import cv2
import numpy as np

from . import rings
from .protocol import MAX_TRACED, Rings

_SIDE = 512  # px, long side at which it is traced
_MIN_AREA = 0.01  # of the largest ring: smaller ones are left out
_MAX_RINGS = 20
_SIGMA, _TOLERANCE = 1.0, 1.5  # px: of the blur, and how far a line may be off, at first
_COARSER, _TRIES = 1.3, 12  # by how much both grow while there are too many points, how often
_SUBPIXEL = 4  # bits of a coordinate's fraction, for OpenCV


def trace(inside: np.ndarray, width: int, height: int) -> Rings:
    """The outline of a mask (bool, any size) of a picture of `width` × `height` px: rings of [x, y]
    in the picture's pixels that do not cross, MAX_TRACED points at most. [] for an empty mask."""
    scale = min(1.0, _SIDE / max(inside.shape))
    size = tuple(max(1, round(side * scale)) for side in inside.shape[::-1])
    share = cv2.resize(inside.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA)
    sigma, tolerance = _SIGMA, _TOLERANCE
    for _ in range(_TRIES):
        # Padded after the blur, which would round off what the frame cuts.
        smooth = np.pad(cv2.GaussianBlur(share, (0, 0), sigma), 1)
        found = _simplified(smooth > 127, tolerance, size, width, height)
        if sum(map(len, found)) <= MAX_TRACED and not rings.cross(found):
            return found
        sigma, tolerance = sigma * _COARSER, tolerance * _COARSER
    hull = cv2.convexHull(cv2.findNonZero((np.pad(share, 1) > 127).astype(np.uint8)))
    return [_in_picture(hull[:MAX_TRACED, 0], size, width, height)]


def _simplified(
    mask: np.ndarray, tolerance: float, size: tuple[int, ...], width: int, height: int
) -> Rings:
    lines, _tree = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    lines = sorted(lines, key=cv2.contourArea, reverse=True)[:_MAX_RINGS]
    smallest = max(1.0, _MIN_AREA * cv2.contourArea(lines[0])) if lines else 0
    kept = [
        cv2.approxPolyDP(line, tolerance, True)[:, 0]
        for line in lines
        if cv2.contourArea(line) >= smallest
    ]
    found = [_in_picture(line, size, width, height) for line in kept]
    return [ring for ring in found if len(ring) >= 3]


def _in_picture(
    line: np.ndarray, size: tuple[int, ...], width: int, height: int
) -> list[list[int]]:
    """Points (n, 2) of a padded mask in the picture's pixels."""
    # The outermost pixels stand for the frame itself: what touches it is cut by it.
    last = np.array(size) - 1
    line = line - 1.0
    middle = np.where(line <= 0, 0, np.where(line >= last, last + 1, line + 0.5))
    points = np.rint(middle * np.array([width, height]) / np.array(size)).astype(int)
    return rings.without_repeats(points.tolist())


def read(file: IO[bytes]) -> Rings:
    """The rings in a request's file, which the caller has validated."""
    drawn: Rings = json.load(file)
    return drawn


def draw(drawn: Rings, width: int, height: int, shape: tuple[int, int]) -> np.ndarray:
    """The share (float32, 0 to 1) of every pixel of a picture reduced to `shape` (h, w) that is
    within the rings, given in pixels of the `width` × `height` picture."""
    scale = np.array([shape[1] / width, shape[0] / height])
    lines = [
        np.rint((np.array(ring) * scale - 0.5) * 2**_SUBPIXEL).astype(np.int32) for ring in drawn
    ]
    mask = np.zeros(shape, np.uint8)
    cv2.fillPoly(mask, lines, 255, cv2.LINE_AA, _SUBPIXEL)
    return mask.astype(np.float32) / 255
