"""The outline of a cut-out as closed lines of a few points, and a mask made of such lines.

A ring inside another is a hole (even-odd rule).
"""

import json
from typing import IO

import cv2
import numpy as np

from .protocol import MAX_TRACED, Rings

_MIN_AREA = 0.01  # of the largest ring: smaller ones are left out
_MAX_RINGS = 20
_TOLERANCE = 0.003  # of the long side: how far a line may be off the outline, at first
_SUBPIXEL = 4  # bits of a coordinate's fraction, for OpenCV


def trace(inside: np.ndarray, width: int, height: int) -> Rings:
    """The outline of a mask (bool, any size) of a picture of `width` × `height` px: rings of [x, y]
    in the picture's pixels, MAX_TRACED points at most. [] for an empty mask."""
    scale = np.array([width / inside.shape[1], height / inside.shape[0]])
    # Padded: else the line would run through the middle of the frame's last pixels.
    padded = np.pad(inside, 1).astype(np.uint8)
    found, _tree = cv2.findContours(padded, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    found = sorted(found, key=cv2.contourArea, reverse=True)
    if not found:
        return []
    smallest = _MIN_AREA * cv2.contourArea(found[0])
    kept = [line for line in found[:_MAX_RINGS] if cv2.contourArea(line) >= smallest]
    tolerance = _TOLERANCE * max(inside.shape)
    while True:
        lines = [cv2.approxPolyDP(line, tolerance, True)[:, 0] for line in kept]
        lines = [line for line in lines if len(line) >= 3]
        if sum(map(len, lines)) <= MAX_TRACED:
            break
        tolerance *= 1.25
    # The middle of a padded pixel is half a pixel off the corner that coordinates begin at.
    limits = np.array([width, height])
    return [np.rint((line - 0.5) * scale).clip(0, limits).astype(int).tolist() for line in lines]


def read(file: IO[bytes]) -> Rings:
    """The rings in a request's file, which the caller has validated."""
    rings: Rings = json.load(file)
    return rings


def draw(rings: Rings, width: int, height: int, shape: tuple[int, int]) -> np.ndarray:
    """The share (float32, 0 to 1) of every pixel of a picture reduced to `shape` (h, w) that is
    within the rings, given in pixels of the `width` × `height` picture."""
    scale = np.array([shape[1] / width, shape[0] / height])
    lines = [
        np.rint((np.array(ring) * scale - 0.5) * 2**_SUBPIXEL).astype(np.int32) for ring in rings
    ]
    mask = np.zeros(shape, np.uint8)
    cv2.fillPoly(mask, lines, 255, cv2.LINE_AA, _SUBPIXEL)
    return mask.astype(np.float32) / 255
