"""Pictures whose cut-out is known by construction: drawn lesions with their outlines."""

import cv2
import numpy as np
from PIL import Image, ImageFilter

from imaging.background import field
from tools import phantoms
from tools.phantoms import skin
from tools.phantoms.fields import generator
from tools.phantoms.lesion import paint
from tools.phantoms.views import DERMOSCOPY_MM, _frames, _framing

SPOILT = ("as drawn", "hair", "vignette", "faint", "ink", "soft focus")


def dermoscopy(seed, *, size=(1024, 768), lesion=True, **options):
    """(RGB picture as uint8 (h, w, 3), mask as bool (h, w)) of a drawn dermoscopic picture and its
    lesion; kinds, sizes, phototypes and light take turns."""
    kind = phantoms.LESION_KINDS[seed % len(phantoms.LESION_KINDS)]
    mark = phantoms.Lesion(seed, kind, 2.5 + seed * 7 % 10 / 3) if lesion else None
    options = {"phototype": 1 + seed * 5 % 6, "polarized": seed % 3 > 0} | options
    drawn = phantoms.dermoscopy(seed, size=size, lesion=mark, **options)
    truth = outline(seed, size, mark) if mark else np.zeros(size[::-1], bool)
    return np.asarray(drawn), truth


def coarse(plane):
    """A picture (uint8) or a mask (bool) at the size at which the engine looks for lesions."""
    height, width = plane.shape[:2]
    scale = field.SIDE / max(height, width)
    size = (round(width * scale), round(height * scale))
    if plane.dtype == bool:
        share = cv2.resize(plane.astype(np.float32), size, interpolation=cv2.INTER_AREA)
        return share > 0.5
    return cv2.resize(plane, size, interpolation=cv2.INTER_AREA)


def cropped(plane):
    """What lies within the round field, as many archives keep their pictures."""
    height, width = plane.shape[:2]
    side = int(0.485 * height * 1.38)
    left, top = (width - side) // 2, (height - side) // 2
    return np.ascontiguousarray(plane[top : top + side, left : left + side])


def outline(seed, size, lesion):
    """Where `phantoms.dermoscopy` puts this lesion: bool (h, w), more than half covered."""
    picture, frame = _frames(seed, size, 2, DERMOSCOPY_MM)
    radius = 0.485 * min(size) / picture.scale
    layers = skin.Layers(frame.height, frame.width)
    at, turn = _framing(seed, "dermoscopy")
    paint(layers, lesion, frame, at=at * 0.11 * radius, turn=turn)
    x, y = picture.axes()
    return (layers.cover > 0.5) & (np.hypot(x, y) < radius)


def spoil(picture, seed, how):
    """What makes a lesion hard to find; `picture` uint8 (h, w, 3)."""
    rng = generator(seed, "spoilt", how)
    height, width = picture.shape[:2]
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    if how == "vignette":
        light = 1.05 - 0.4 * (x * x * (width / height) ** 2 + y * y)
        return (picture * light.clip(0.25, 1)[..., None]).clip(0, 255).astype(np.uint8)
    if how == "faint":
        lit = picture.max(axis=2, keepdims=True) > 40
        skin_colour = np.median(picture[lit[..., 0]], axis=0)
        return np.where(lit, picture * 0.4 + skin_colour * 0.6, picture).astype(np.uint8)
    if how == "soft focus":
        blurred = Image.fromarray(picture).filter(ImageFilter.GaussianBlur(width / 200))
        return np.asarray(blurred)
    picture = picture.copy()
    strokes = {"hair": 14, "ink": 3}.get(how, 0)
    for _ in range(strokes):
        at, angle = rng.uniform(0.15, 0.85, 2) * (width, height), rng.uniform(0, 2 * np.pi)
        reach = rng.uniform(0.15, 0.4) * width
        along = np.linspace(-1, 1, 30)
        bend = rng.normal(0, 0.12)
        px = at[0] + reach * (along * np.cos(angle) - bend * along**2 * np.sin(angle))
        py = at[1] + reach * (along * np.sin(angle) + bend * along**2 * np.cos(angle))
        if how == "ink":  # at the rim, where it is put
            away = np.array([px.mean() - width / 2, py.mean() - height / 2])
            move = away / max(1, np.hypot(*away)) * 0.36 * height + (width / 2, height / 2)
            px, py = px * 0.4 - (px * 0.4).mean() + move[0], py * 0.4 - (py * 0.4).mean() + move[1]
        line = np.stack((px, py), axis=1).round().astype(np.int32)
        colour, thick = ((70, 40, 130), 0.012) if how == "ink" else ((38, 26, 22), 0.0035)
        cv2.polylines(picture, [line], False, colour, max(1, round(thick * width)), cv2.LINE_AA)
    return picture
