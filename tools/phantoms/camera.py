"""What lies between skin and file: light, things laid on the skin, sensor noise."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tools.phantoms.fields import generator, key_of, noise

_STRIP = 300_000  # pixels developed at a time: the working set stays in the cache


@dataclass(frozen=True)
class Overlay:
    """Paint of colour `rgb` where the L picture `mask` is white, at most `opacity` of it."""

    mask: Image.Image
    rgb: tuple
    opacity: float = 1.0

    def onto(self, planes, top):
        _, height, width = planes.shape
        strip = self.mask.crop((0, top, width, top + height))
        box = strip.getbbox()
        if box is None:
            return
        left, upper, right, lower = box
        share = np.asarray(strip.crop(box), np.float32) * np.float32(self.opacity / 255)
        for c in range(3):
            part = planes[c, upper:lower, left:right]
            part += (self.rgb[c] - part) * share


def develop(seed, frame, absorbance, *, gloss=None, light=None, overlays=(), field=None, grain=4.4):
    """The RGB picture of `frame`, in strips.

    absorbance: (3, h, w), any resolution of the same window; gloss: (h, w) light added, 0..1;
    light: (h, w) factor, smooth; field: Overlay that hides what the optics do not see; grain:
    sensor noise in grey levels.
    """
    layers = [Image.fromarray(plane) for plane in absorbance]
    gloss = None if gloss is None else Image.fromarray(gloss)
    light = None if light is None else Image.fromarray(light)
    out = np.empty((frame.height, frame.width, 3), np.uint8)
    step = max(8, _STRIP // frame.width)
    micro = 6.4 / frame.scale
    for top in range(0, frame.height, step):
        bottom = min(top + step, frame.height)
        strip = frame.rows(top, bottom)
        # Detail of the horn layer at the pixel scale: maps drawn coarser would look soft at 100 %.
        fine = noise(key_of(seed, "micro"), strip, micro, 3, 0.8) * np.float32(0.021)
        planes = np.empty((3, bottom - top, frame.width), np.float32)
        for c in range(3):
            np.add(_rows(layers[c], frame, top, bottom), fine, out=planes[c])
        np.negative(planes, out=planes)
        np.exp(planes, out=planes)
        planes *= 255
        if gloss is not None:
            planes += np.maximum(_rows(gloss, frame, top, bottom), 0) * (1 + 8 * fine) * 255
        for overlay in overlays:
            overlay.onto(planes, top)
        if light is not None:
            planes *= _rows(light, frame, top, bottom)
        if field is not None:
            field.onto(planes, top)
        _expose(planes, generator(seed, "sensor", top), grain)
        np.clip(planes, 0, 255, out=planes)
        out[top:bottom] = planes.transpose(1, 2, 0)
    return Image.fromarray(out)


def _rows(image, frame, top, bottom):
    if image.size == (frame.width, frame.height):
        return np.asarray(image.crop((0, top, frame.width, bottom)))
    x, y = image.width / frame.width, image.height / frame.height
    box = (0, top * y, frame.width * x, bottom * y)
    size = (frame.width, bottom - top)
    return np.asarray(image.resize(size, Image.Resampling.BICUBIC, box=box))


def _expose(planes, rng, grain):
    """Add noise: a part common to the channels, a part their own, smeared by demosaicing."""
    _, height, width = planes.shape
    shape = (height, width + 1)
    common = rng.standard_normal(shape, dtype=np.float32)
    for plane in planes:
        own = rng.standard_normal(shape, dtype=np.float32)
        own *= np.float32(0.65)
        own += common
        plane += (own[:, 1:] + np.float32(0.45) * own[:, :-1]) * np.float32(grain * 0.72)


def flash(frame, rng, *, strength=0.16, falloff=0.14):
    """Light of an on-camera flash, (48, 64): a bright side, and the lens darkening the corners."""
    x = np.linspace(-1, 1, 64, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, 48, dtype=np.float32)[:, None] * frame.height / frame.width
    at = rng.normal(0, 0.35, 2)
    tilt = rng.uniform(0, 2 * np.pi)
    spot = np.exp(-((x - at[0]) ** 2 + (y - at[1]) ** 2) / 0.9)
    slant = 0.05 * (np.cos(tilt) * x + np.sin(tilt) * y)
    corner = falloff * (x * x + y * y) ** 1.5
    return (1 + strength * (spot - 0.62) + slant - corner).astype(np.float32)


def ruler(frame, rng):
    """Overlays of a paper millimetre scale stuck along one edge of a clinical photo."""
    mm = frame.scale
    length, broad = int(frame.width * 1.1), int(6.0 * mm)
    strip = Image.new("L", (length, broad), 0)
    draw = ImageDraw.Draw(strip)
    line = max(1, round(0.12 * mm))
    font = ImageFont.load_default(max(6, 1.9 * mm))
    for i in range(int(length / mm) + 1):
        tall = 3.0 if i % 10 == 0 else 2.2 if i % 5 == 0 else 1.5
        x = round(i * mm)
        draw.rectangle((x, 0, x + line - 1, tall * mm), fill=255 if mm > 5 else 150)
        if i % 10 == 0 and mm > 4:
            draw.text((x + 0.35 * mm, 2.6 * mm), str(i // 10), fill=235, font=font)
    angle, at = _laid(frame, rng, broad)
    paper = Image.new("L", (length, broad), 255)
    shift = int(0.25 * mm)
    out = []
    for piece, rgb, opacity, move in (
        (paper, (70, 40, 34), 0.35, -shift),
        (paper, (236, 234, 226), 1.0, 0),
        (strip, (34, 34, 40), 0.93, 0),
    ):
        turned = piece.rotate(angle, Image.Resampling.BICUBIC, expand=True)
        sheet = Image.new("L", (frame.width, frame.height))
        sheet.paste(turned, (at[0], at[1] + move))
        out.append(Overlay(sheet, rgb, opacity))
    return out


def _laid(frame, rng, broad):
    """(degrees, (x, y) px of its corner) of a ruler `broad` px broad."""
    angle = rng.normal(0, 1.2)
    return angle, (-int(0.05 * frame.width), int(frame.height - broad * rng.uniform(0.86, 0.98)))


def ruler_line(frame, rng, *, beneath=0.8):
    """The ends (2, 2) px of a line across the ticks of the `ruler` of these arguments, `beneath` mm
    from its edge."""
    length, broad = int(frame.width * 1.1), int(6.0 * frame.scale)
    angle, at = _laid(frame, rng, broad)
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    size = np.array([length * cos + broad * abs(sin), broad * cos + length * abs(sin)])
    along = np.array([0.08, 0.88]) * length - length / 2
    down = beneath * frame.scale - broad / 2
    ends = np.stack((along * cos + down * sin, down * cos - along * sin), axis=1)
    return ends + size / 2 + at


def field_of_view(frame, radius):
    """Overlay that blacks out all but a soft-edged disc of `radius` mm."""
    x, y = frame.axes()
    beyond = np.sqrt(x * x + y * y) - np.float32(radius)
    soft = np.float32(max(0.05, 1.2 / frame.scale))
    mask = np.clip(128 + 127 * beyond / soft, 0, 255).astype(np.uint8)
    return Overlay(Image.fromarray(mask), (7, 6, 7))


def etched_scale(frame, radius):
    """Overlay of the millimetre scale etched into the contact plate, near the lower rim."""
    factor = 2 if frame.width > 2000 else 3
    unit = frame.scale * factor
    sheet = Image.new("L", (frame.width * factor, frame.height * factor))
    draw = ImageDraw.Draw(sheet)
    cx, base = sheet.width / 2, sheet.height / 2 + 0.80 * radius * unit
    reach = int(0.52 * radius * 2)  # half-millimetre steps to either side
    line = max(1, round(0.035 * unit))
    draw.rectangle((cx - reach / 2 * unit, base, cx + reach / 2 * unit, base + line), fill=255)
    for i in range(-reach, reach + 1):
        x = cx + i / 2 * unit
        tall = 0.34 if i % 2 == 0 else 0.18
        draw.rectangle((x - line / 2, base - tall * unit, x + line / 2, base), fill=255)
    return Overlay(sheet.reduce(factor), (22, 18, 20), 0.8)


def bubbles(frame, rng, count, radius):
    """Overlays of air bubbles in the immersion fluid: dark rim, bright crescent; near the edge."""
    dark = np.zeros((frame.height, frame.width), np.uint8)
    bright = np.zeros_like(dark)
    x, y = frame.axes()
    for _ in range(count):
        size = float(np.clip(rng.lognormal(-1.9, 0.6), 0.04, 0.5))
        angle, away = rng.uniform(0, 2 * np.pi), radius * rng.uniform(0.55, 0.95)
        cx, cy = away * np.cos(angle), away * np.sin(angle)
        columns = np.flatnonzero(np.abs(x[0] - cx) < size * 1.3)
        rows = np.flatnonzero(np.abs(y[:, 0] - cy) < size * 1.3)
        if not len(columns) or not len(rows):
            continue
        here = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        dx, dy = (x[:, here[1]] - cx) / size, (y[here[0]] - cy) / size
        flat = 1 + 0.08 * rng.normal()
        r = np.hypot(dx * flat, dy)
        rim = np.exp(-(((r - 1) / 0.055) ** 2))
        lamp = np.clip((-dx - dy) / np.maximum(r, 0.1) * 0.7, 0, 1) ** 2
        crescent = np.exp(-(((r - 0.86) / 0.07) ** 2)) * (0.25 + 0.75 * lamp)
        inside = 0.10 * (r < 0.95)
        dark[here] = np.maximum(dark[here], (110 * rim).astype(np.uint8))
        bright[here] = np.maximum(bright[here], (240 * np.maximum(crescent, inside)).astype(int))
    return [
        Overlay(Image.fromarray(dark), (70, 50, 45), 0.65),
        Overlay(Image.fromarray(bright), (250, 246, 240), 0.85),
    ]
