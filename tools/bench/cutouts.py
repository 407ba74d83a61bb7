"""Pictures whose cut-out is known by construction: drawn lesions with their outlines."""

import cv2
import numpy as np
from PIL import Image, ImageFilter

from imaging.background import field
from tools import phantoms
from tools.phantoms import skin
from tools.phantoms.fields import generator
from tools.phantoms.lesion import paint
from tools.phantoms.views import DERMOSCOPY_MM, _frames, framing

SPOILT = ("as drawn", "hair", "vignette", "faint", "ink", "soft focus")
# What takes a bite out of a mask, adds to it, or leaves hairs in it; each lies on the outline.
BITTEN = ("scale", "bubble", "glare", "shadow", "thick hair")


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
    at, turn = framing(seed, "dermoscopy")
    paint(layers, lesion, frame, at=at * 0.11 * radius, turn=turn)
    x, y = picture.axes()
    return (layers.cover > 0.5) & (np.hypot(x, y) < radius)


def spoil(picture, seed, how, truth=None):
    """What makes a lesion hard to find; `picture` uint8 (h, w, 3). What is in BITTEN is put on the
    outline of `truth` (bool, h × w)."""
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
    if how in BITTEN:
        return bite(picture, rng, how, truth)
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


def bite(picture, rng, how, truth):
    """A scale of the colour of skin, a bubble, a reflection, a shadow, or hairs on the outline."""
    lines, _tree = cv2.findContours(
        truth.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    line = max(lines, key=cv2.contourArea)[:, 0]
    radius, width = np.sqrt(truth.sum() / np.pi), picture.shape[1]
    if how == "thick hair":
        picture = picture.copy()
        for _ in range(6):
            at, angle = line[rng.integers(len(line))], rng.uniform(0, np.pi)
            along, reach = np.linspace(-1, 1, 30), rng.uniform(0.25, 0.5) * width
            bend = rng.normal(0, 0.1) * along**2
            px = at[0] + reach * (along * np.cos(angle) - bend * np.sin(angle))
            py = at[1] + reach * (along * np.sin(angle) + bend * np.cos(angle))
            hair = np.stack((px, py), axis=1).round().astype(np.int32)
            thick = max(2, round(0.008 * width))
            cv2.polylines(picture, [hair], False, (36, 26, 22), thick, cv2.LINE_AA)
        return picture
    at, axes = line[rng.integers(len(line))], rng.uniform(0.35, 0.8, 2) * radius
    soft = {"bubble": 2, "scale": 4, "glare": 8, "shadow": 0.15 * radius}[how]
    share = blot(truth.shape, at, axes, rng.uniform(0, 180), soft)
    if how == "shadow":
        return (picture * (1 - 0.35 * share)).astype(np.uint8)
    skin = np.median(picture[(picture.max(axis=2) > 40) & ~truth], axis=0)
    colour = {"scale": skin, "bubble": 1.1 * skin, "glare": np.array((250, 248, 245))}[how]
    return (picture * (1 - 0.85 * share) + colour * 0.85 * share).clip(0, 255).astype(np.uint8)


def blot(shape, at, axes, degrees, soft):
    """The share (h, w, 1) that an ellipse covers, blurred by σ = `soft` px."""
    plane = np.zeros(shape, np.uint8)
    cv2.ellipse(plane, tuple(map(int, at)), tuple(map(int, axes)), degrees, 0, 360, 255, -1)
    return cv2.GaussianBlur(plane.astype(np.float32) / 255, (0, 0), soft)[..., None]
