"""Where a careful clinician would point in the demo's pictures: along the ruler, from edge to edge
of a dermoscope's field, from end to end of the lesion."""

from dataclasses import dataclass

import cv2
import numpy as np

from tools.phantoms import DERMOSCOPY_MM, MACRO_MM, camera, skin, views
from tools.phantoms.fields import Frame, generator
from tools.phantoms.lesion import paint

FIELD_SHARE = 0.97  # of the shorter side: across the round field of a dermoscopic picture
# What every dermoscopic picture of the demo shows: three quarters of the longer side are the other.
FIELD_MM = FIELD_SHARE * DERMOSCOPY_MM * 3 / 4
RULER_MM = 30
_WINDOW_MM, _WINDOW_SCALE = 16, 12  # around a lesion, to find its edge; px per mm


@dataclass(frozen=True)
class Marks:
    """Pairs of points, px: `ruler` (RULER_MM apart), `field` (FIELD_MM apart), `lesion`. Those that
    the picture does not have are None."""

    ruler: list | None = None
    field: list | None = None
    lesion: list | None = None


def ruler_of(seed):
    """The generator that lays the ruler of this picture, so that its place is known."""
    return generator(seed, "ruler")


def of(seed, shot, size):
    """The marks in the picture of these arguments, `size` (width, height) px."""
    if shot.view == "overview":
        return Marks()
    width, height = size
    if shot.view == "dermoscopy":
        reach = FIELD_SHARE * height / 2
        field = [[width / 2 - reach, height / 2], [width / 2 + reach, height / 2]]
        scale, radius = width / DERMOSCOPY_MM, FIELD_MM / 2
        at = views.framing(seed, "dermoscopy")[0] * 0.11 * radius
        ends = _ends(seed, shot, size, scale, at)
        away = np.hypot(*(np.array(ends) - np.array(size) / 2).T) if ends else reach
        return Marks(field=field, lesion=ends if np.max(away) < reach else None)
    scale = width / MACRO_MM
    at = views.framing(seed, "macro")[0] * (2.6, 1.8)
    ruler = _along_ruler(Frame(width, height, scale), seed) if shot.primary else None
    return Marks(ruler=ruler, lesion=_ends(seed, shot, size, scale, at))


def _along_ruler(frame, seed):
    start, end = camera.ruler_line(frame, ruler_of(seed))
    way = (end - start) / np.hypot(*(end - start))
    return [start.tolist(), (start + way * RULER_MM * frame.scale).tolist()]


def _ends(seed, shot, size, scale, at):
    """The two points of the lesion's edge that are farthest apart. `at`: its middle, mm from the
    picture's."""
    side = _WINDOW_MM * _WINDOW_SCALE
    layers = skin.Layers(side, side)
    turn = views.framing(seed, shot.view)[1]
    window = Frame(side, side, _WINDOW_SCALE)
    paint(layers, shot.lesion, window, turn=turn, contact=shot.view == "dermoscopy")
    outlines, _tree = cv2.findContours(
        (layers.cover > 0.5).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    if not outlines:
        return None
    edge = cv2.convexHull(max(outlines, key=cv2.contourArea))[:, 0] + 0.5
    apart = np.hypot(*(edge[:, None] - edge[None]).transpose(2, 0, 1))
    pair = edge[list(np.unravel_index(apart.argmax(), apart.shape))]
    placed = ((pair - side / 2) / _WINDOW_SCALE + at) * scale + np.array(size) / 2
    return placed.clip(0, size).tolist()
