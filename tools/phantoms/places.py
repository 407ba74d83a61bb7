"""One place on the skin, photographed at several visits: what stays, what does not, and the truth.

A place keeps its furrows, follicles and flecks; each visit has a share of its own (`kept`), its own
hair, lamp, light and camera, and may find the skin stretched. Where the camera stood is known, and
so how any two of its pictures lie to each other.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from tools.phantoms import camera, skin, views
from tools.phantoms.fields import Frame, generator, key_of, noise
from tools.phantoms.lesion import paint

_FIELDS = {"macro": views.MACRO_MM, "dermoscopy": views.DERMOSCOPY_MM}
_MARGIN = 1.7  # times the view's longer side: how much of the place is drawn


@dataclass(frozen=True)
class Pose:
    """Where the camera stood: the place's origin lies at `shift` (x, y) mm from the middle of the
    picture, turned by `turn` rad; the picture shows the view's own field divided by `zoom`."""

    shift: tuple = (0.0, 0.0)
    turn: float = 0.0
    zoom: float = 1.0

    @classmethod
    def drawn(cls, seed, view):
        """One of a practice: hand-held, seldom turned by more than a quarter."""
        rng = generator(seed, view, "pose")
        reach = 0.09 * _FIELDS[view] if view == "macro" else 0.05 * _FIELDS[view]
        shift = tuple(float(v) for v in rng.uniform(-reach, reach, 2))
        turn = float(rng.normal(0, 0.25) if rng.random() < 0.8 else rng.uniform(-1.6, 1.6))
        return cls(shift, turn, float(np.exp(rng.uniform(-0.16, 0.22))))


@dataclass(frozen=True)
class Conditions:
    """What differs at a visit. kept: share 0..1 of the skin's detail that is the place's; hair:
    factor; light: factors of R, G, B; stretch: how far the skin is pulled, and how unevenly."""

    kept: float = 0.75
    hair: float = 1.0
    light: tuple = (1.0, 1.0, 1.0)
    stretch: float = 0.0

    @classmethod
    def drawn(cls, seed):
        rng = generator(seed, "conditions")
        light = rng.uniform(0.7, 1.15) * np.exp(rng.normal(0, 0.03, 3))
        return cls(
            kept=float(rng.uniform(0.5, 0.95)),
            hair=float(rng.choice([0.0, 1.0, 1.0, 2.0])),
            light=tuple(float(v) for v in light),
            stretch=float(rng.uniform(0, 0.03)),
        )


@dataclass(frozen=True)
class Visit:
    """A picture (RGB) and its truth. Pixels are counted from the corner of the first.

    to_picture: (2, 3), millimetres of the place → pixels; scale: px per mm; outline: (n, 2) px of
    the lesion's edge, or None; area_mm2, longest_mm: of the lesion within that outline; ruler:
    (2, 2) px, the ends of a line across its ticks, or None.
    """

    picture: Image.Image
    to_picture: np.ndarray
    scale: float
    outline: np.ndarray | None = None
    area_mm2: float = 0.0
    longest_mm: float = 0.0
    ruler: np.ndarray | None = None


class Place:
    """A place of the skin, chosen by `seed`; `view` is "macro" or "dermoscopy"."""

    def __init__(self, seed, view="macro", *, phototype=2):
        if view not in _FIELDS:
            raise ValueError(f"view must be one of {', '.join(_FIELDS)}: {view!r}")
        self.seed, self.view, self.phototype = seed, view, phototype
        self.lines = float(generator(seed, "place").uniform(0, np.pi))
        self._drawn = {}  # {pixels per mm: its layers}

    def visit(self, seed, *, size=(1600, 1200), pose=None, conditions=None, lesion=None, **options):
        """The picture of visit `seed`, and its truth.

        pose, conditions: drawn by the seed where they are not given. lesion: at the place's origin.
        options: `ruler` of a close-up, `polarized` of a dermoscopic picture.
        """
        pose = pose or Pose.drawn(seed, self.view)
        conditions = conditions or Conditions.drawn(seed)
        frames = views._frames(seed, size, self.phototype, _FIELDS[self.view] / pose.zoom)
        picture, frame = frames
        rng = generator(seed, self.view, "visit")
        layers = self._skin(seed, frame, pose, conditions)
        marks = skin.Layers(frame.height, frame.width)
        if lesion:
            contact = self.view == "dermoscopy"
            paint(marks, lesion, frame, at=pose.shift, turn=pose.turn, contact=contact)
            layers.height *= 1 - np.float32(0.45) * marks.cover
        for name in skin.Layers.NAMES:
            plane = getattr(layers, name)
            plane += getattr(marks, name)
        for plane in (layers.blue, layers.white, layers.cover):
            np.clip(plane, 0, 1, out=plane)
        look = {
            "phototype": self.phototype,
            "hair": conditions.hair,
            "light": conditions.light,
        }
        line = None
        if self.view == "macro":
            ruler = options.pop("ruler", False) and generator(seed, "ruler")
            look |= {"lamp": rng.uniform(-2.6, -1.2), "ruler": ruler}
            if ruler:
                line = camera.ruler_line(picture, generator(seed, "ruler"))
            taken = views.clinical(seed, rng, frames, layers, **look)
        else:
            look["polarized"] = options.pop("polarized", True)
            taken = views.through_dermoscope(seed, rng, frames, layers, **look)
        if options:
            raise ValueError(f"no such options: {options}")
        size = _edge(marks, picture)
        return Visit(taken, _placed(picture, pose), picture.scale, *size, ruler=line)

    def _skin(self, seed, frame, pose, conditions):
        """The visit's own skin, mixed with the place's."""
        own = self._bare(key_of(seed, self.view, "visit skin"), frame)
        scale = round(frame.scale / pose.zoom, 6)  # the same for every pose
        lasting, canvas = self._lasting(scale), self._window(scale)
        x, y = (np.asarray(axis, np.float32) for axis in np.broadcast_arrays(*frame.axes()))
        x, y = x - np.float32(pose.shift[0]), y - np.float32(pose.shift[1])
        cos, sin = np.float32(math.cos(pose.turn)), np.float32(math.sin(pose.turn))
        x, y = cos * x + sin * y, cos * y - sin * x
        x, y = self._pulled(seed, x, y, conditions.stretch)
        x = (x * np.float32(canvas.scale) + np.float32(canvas.width / 2 - 0.5)).astype(np.float32)
        y = (y * np.float32(canvas.scale) + np.float32(canvas.height / 2 - 0.5)).astype(np.float32)
        kept = np.float32(conditions.kept)
        for name in skin.Layers.NAMES:
            plane = getattr(lasting, name)
            if plane.any():
                seen = cv2.remap(plane, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
                setattr(own, name, kept * seen + (1 - kept) * getattr(own, name))
        return own

    def _pulled(self, seed, x, y, stretch):
        """Where on the unstretched place the millimetres x, y lie: drawn out one way, drawn in the
        other, and a little crooked; what is at the origin stays."""
        if not stretch:
            return x, y
        rng = generator(seed, "stretch")
        way = rng.uniform(0, np.pi)
        cos, sin = np.float32(np.cos(way)), np.float32(np.sin(way))
        along, across = cos * x + sin * y, cos * y - sin * x
        reach = _FIELDS[self.view]
        away = 1 - np.exp(-(x * x + y * y) / np.float32((0.2 * reach) ** 2))
        coarse = Frame(24, 24, 24 / (2 * reach))
        at = [(v * 12 / reach + 11.5).astype(np.float32) for v in (x, y)]
        bends = [
            cv2.remap(noise(key_of(seed, "bend", n), coarse, reach / 2), *at, cv2.INTER_CUBIC)
            for n in (1, 2)
        ]
        bends = [np.float32(0.06 * reach * stretch) * away * bend for bend in bends]
        along = along / np.float32(1 + stretch) + bends[0]
        across = across * np.float32(1 + stretch) + bends[1]
        return cos * along - sin * across, sin * along + cos * across

    def _window(self, scale):
        side = int(_MARGIN * _FIELDS[self.view] * scale)
        return Frame(side, side, scale)

    def _lasting(self, scale):
        """The layers of the place itself, at `scale` px per mm."""
        if scale not in self._drawn:
            self._drawn = {scale: self._bare(key_of(self.seed, "place"), self._window(scale))}
        return self._drawn[scale]

    def _bare(self, key, frame):
        layers = skin.Layers(frame.height, frame.width)
        contact = self.view == "dermoscopy"
        skin.mottle(layers, key, frame, self.phototype, 1.0)
        if contact:
            views.contact_skin(layers, key, frame, self.phototype, self.lines)
        else:
            skin.relief(layers, key, frame, self.lines, 1.0)
        return layers


def _placed(picture, pose):
    cos, sin = math.cos(pose.turn), math.sin(pose.turn)
    turn = picture.scale * np.array([[cos, -sin], [sin, cos]])
    middle = np.array([picture.width, picture.height]) / 2
    return np.column_stack((turn, picture.scale * np.array(pose.shift) + middle))


def _edge(marks, picture):
    """(outline, mm², mm) of what is covered by more than half; nothing without a lesion."""
    covered = (marks.cover > 0.5).astype(np.uint8)
    outlines, _tree = cv2.findContours(covered, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return None, 0.0, 0.0
    outline = max(outlines, key=cv2.contourArea)[:, 0].astype(float) + 0.5
    # OpenCV's contour runs through the middles of the outermost pixels: half a pixel further out.
    away = outline - outline.mean(axis=0)
    outline += 0.5 * away / np.maximum(1e-6, np.hypot(*away.T))[:, None]
    outline *= picture.width / covered.shape[1]
    hull = cv2.convexHull(outline.astype(np.float32))[:, 0]
    longest = max(np.hypot(*(hull - point).T).max() for point in hull)
    area = covered.sum() * (picture.width / covered.shape[1]) ** 2
    return outline, float(area / picture.scale**2), float(longest / picture.scale)


def between(first, second):
    """The truth of two visits: the (2, 3) similarity, pixels of the first → of the second."""
    one, other = (np.vstack((visit.to_picture, (0, 0, 1))) for visit in (first, second))
    return (other @ np.linalg.inv(one))[:2]
