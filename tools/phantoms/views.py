"""The three views of a practice's image record: close-up, dermoscopy, region of the body."""

import numpy as np

from tools.phantoms import camera, hair, skin
from tools.phantoms.body import Body
from tools.phantoms.fields import Frame, cells, dots, generator, key_of, noise, smoothstep
from tools.phantoms.lesion import Lesion, paint

# Longer side of each view on the skin, mm: with the pixel count this fixes the scale.
MACRO_MM = 40.0
DERMOSCOPY_MM = 12.0
OVERVIEW_MM = 300.0

_MAP_SIDE = 2800  # longer side, in pixels, at which the skin itself is worked out


def _frames(seed, size, phototype, field_mm):
    """The picture's frame and the (at most as large) frame of the maps, arguments checked."""
    if not isinstance(seed, int) or seed < 0:
        raise ValueError(f"seed must be a whole number from 0: {seed!r}")
    if phototype not in skin.TONES:
        raise ValueError(f"phototype must be 1 to 6 (Fitzpatrick I to VI): {phototype!r}")
    try:
        width, height = size
        sound = all(int(n) == n and 32 <= n <= 12000 for n in size)
    except (TypeError, ValueError):
        sound = False
    if not sound:
        raise ValueError(f"size must be (width, height), each 32 to 12000 pixels: {size!r}")
    longer = max(width, height)
    picture = Frame(int(width), int(height), longer / field_mm)
    part = min(1.0, _MAP_SIDE / longer)
    if part == 1.0:
        return picture, picture
    coarse = (round(width * part), round(height * part))
    return picture, Frame(*coarse, picture.scale * coarse[0] / width)


def _lesion_or_none(lesion):
    if lesion is not None and not isinstance(lesion, Lesion):
        raise ValueError(f"lesion must be a Lesion or None: {lesion!r}")


def framing(seed, view):
    """How far off the middle (-1..1 each way) and how turned (rad) this visit frames a lesion."""
    rng = generator(seed, view, "framing")
    return rng.uniform(-1, 1, 2), float(np.clip(rng.normal(0, 0.10), -0.2, 0.2))


def macro(seed, *, size=(1600, 1200), phototype=2, lesion=None, ruler=False):
    """A clinical close-up, RGB of `size` (width, height); the longer side is MACRO_MM of skin.

    seed: the visit (skin, hairs, framing, light); the lesion keeps its own. phototype: 1..6.
    ruler: a paper scale in mm along the lower edge. ValueError for bad arguments.
    """
    picture, frame = _frames(seed, size, phototype, MACRO_MM)
    _lesion_or_none(lesion)
    rng, key = generator(seed, "macro"), key_of(seed, "macro skin")
    layers = skin.Layers(frame.height, frame.width)
    lamp = rng.uniform(-2.6, -1.2)
    lines = rng.uniform(0, np.pi)
    if lesion:
        at, turn = framing(seed, "macro")
        paint(layers, lesion, frame, at=at * (2.6, 1.8), turn=turn, contact=False)
    skin.mottle(layers, key, frame, phototype)
    skin.relief(layers, key, frame, lines, 1.0)
    return clinical(
        seed, rng, (picture, frame), layers, phototype=phototype, lamp=lamp, ruler=ruler
    )


def clinical(seed, rng, frames, layers, *, phototype, lamp, ruler, hair=1.0, light=(1, 1, 1)):
    """The camera's part of `macro`: `layers` (of the second frame) as a close-up of the first.

    lamp: where the light comes from, rad; hair: factor of how much; light: factors of R, G, B;
    ruler: False, True, or a generator of its own.
    """
    picture, frame = frames
    key = key_of(seed, "macro skin")
    # The body is not flat: a slow swell keeps the light from lying evenly.
    layers.height += 0.35 * noise(key + 80, frame, 16.0, 2)
    shade = skin.lit(layers.height, frame, lamp)
    plane = layers.absorbance(skin.tone(phototype) - np.log(np.array(light, np.float32)))
    plane += np.float32(0.62) * shade
    oily = smoothstep(-1.2, 2.2, noise(key + 81, frame, 8.0, 3)) * np.float32(0.25)
    gloss = oily * np.clip(-shade * 2.6 - 0.10, 0, 1) ** 1.5
    overlays = _macro_hair(rng, picture, phototype, hair)
    if ruler:
        overlays += camera.ruler(picture, rng if ruler is True else ruler)
    return camera.develop(
        seed, picture, plane, gloss=gloss, light=camera.flash(picture, rng), overlays=overlays
    )


def _macro_hair(rng, picture, phototype, amount):
    half = np.array([picture.width, picture.height]) / 2 / picture.scale
    area = float(np.prod(half) * 4 / 1200) * amount
    colour = np.array(skin.HAIR[phototype])
    heading = rng.uniform(0, 2 * np.pi)
    overlays, size, scale = [], (picture.width, picture.height), picture.scale
    if scale > 12:
        roots = hair.scatter(rng, int(rng.integers(120, 240) * area), half)
        down = hair.grow(rng, roots, length=2.4, width=0.026, heading=heading, curl=0.7)
        pale = tuple(np.minimum(colour * 0.5 + 95, 235))
        overlays.append(camera.Overlay(down.mask(size, scale), pale, 0.42))
    roots = hair.scatter(rng, int(rng.integers(6, 34) * area), half)
    coat = hair.grow(rng, roots, length=9.0, width=0.075, heading=heading, spread=0.4, curl=0.55)
    shadow = coat.moved(0.09, 0.14).mask(size, scale, blur=0.05)
    overlays.append(camera.Overlay(shadow, (60, 28, 22), 0.34))
    overlays.append(camera.Overlay(coat.mask(size, scale), tuple(colour), 0.93))
    if scale > 12:
        shine = coat.aside(0.16, 0.34, 0.12, 0.7)
        light = tuple(np.minimum(colour * 1.2 + 75, 250))
        overlays.append(camera.Overlay(shine.mask(size, scale, blur=0.008), light, 0.6))
    return overlays


def dermoscopy(seed, *, size=(1600, 1200), phototype=2, lesion=None, polarized=True):
    """A dermoscopic picture, RGB of `size`, round field of view; longer side DERMOSCOPY_MM.

    polarized: cross-polarized without contact; False: contact with immersion fluid (bubbles,
    a slight haze, brighter milia). The mm scale is etched into the plate. Else as `macro`.
    """
    picture, frame = _frames(seed, size, phototype, DERMOSCOPY_MM)
    _lesion_or_none(lesion)
    rng, key = generator(seed, "dermoscopy"), key_of(seed, "dermoscopy skin")
    layers = skin.Layers(frame.height, frame.width)
    radius = 0.485 * min(size) / picture.scale
    if lesion:
        at, turn = framing(seed, "dermoscopy")
        paint(layers, lesion, frame, at=at * 0.11 * radius, turn=turn)
    skin.mottle(layers, key, frame, phototype, 1.0 if polarized else 0.8)
    contact_skin(layers, key, frame, phototype, rng.uniform(0, np.pi))
    return through_dermoscope(
        seed, rng, (picture, frame), layers, phototype=phototype, polarized=polarized
    )


def through_dermoscope(
    seed, rng, frames, layers, *, phototype, polarized, hair=1.0, light=(1, 1, 1)
):
    """The optics' part of `dermoscopy`: as `clinical`, in a round field with an etched scale."""
    picture, frame = frames
    size = picture.width, picture.height
    radius = 0.485 * min(size) / picture.scale
    shade = skin.lit(layers.height, frame, rng.uniform(-2.6, -1.2))
    # Between the plate and the skin the light comes from all round: skin looks paler and warmer.
    tone = skin.tone(phototype) * 0.94 - 0.03 - np.log(np.array(light, np.float32))
    plane = layers.absorbance(tone)
    plane += np.float32(0.10) * shade
    if not polarized:
        plane = plane * np.float32(0.93) + np.float32(0.02)
    overlays = _contact_hair(rng, picture, phototype, radius, hair)
    overlays += camera.bubbles(picture, rng, int(rng.integers(0, 3) if polarized else 9), radius)
    overlays.append(camera.etched_scale(picture, radius))
    x, y = (np.linspace(-1, 1, n, dtype=np.float32) for n in (64, 48))
    away = (x[None] * size[0] / min(size)) ** 2 + (y[:, None] * size[1] / min(size)) ** 2
    tilt = rng.normal(0, 0.03, 2).astype(np.float32)
    lamps = 1.04 - 0.17 * away**1.5 + tilt[0] * x[None] + tilt[1] * y[:, None]
    return camera.develop(
        seed,
        picture,
        plane,
        light=lamps.clip(0.3, 1.2),
        overlays=overlays,
        field=camera.field_of_view(picture, radius),
        grain=4.0,
    )


def contact_skin(layers, key, frame, phototype, angle):
    """Skin under the plate: relief flattened, follicles pale, fine vessels, a ghost network."""
    skin.relief(layers, key, frame, angle, 0.30)
    open_skin = 1 - layers.cover
    follicle = smoothstep(
        0.0, 0.8, dots(key + 200, frame, 1.5, (0.05, 0.11), presence=0.6, wobble=0.6)
    )
    layers.white += 0.22 * follicle * (0.3 + 0.7 * open_skin)
    layers.melanin += 0.05 * max(0, phototype - 1) * follicle
    if frame.scale > 32:  # too faint to show in anything smaller
        ghost = cells(key + 210, frame, 0.24, jitter=0.8, wobble=0.5, round_off=0.6)
        ghost = 1 - smoothstep(0.0, 0.45, ghost)
        patchy = np.clip(0.5 + 0.5 * noise(key + 211, frame, 1.8, 2), 0, 1.5)
        layers.melanin += (0.012 + 0.020 * phototype) * ghost * patchy * open_skin
    vessel = np.abs(noise(key + 220, frame, 0.55, 3, 0.55))
    vessel = np.exp(-((vessel / np.float32(0.09)) ** 2))
    vessel *= smoothstep(0.2, 1.6, noise(key + 223, frame, 1.4, 2))
    layers.blood += (0.13 if phototype < 5 else 0.06) * vessel * open_skin
    layers.blood += 0.03


def _contact_hair(rng, picture, phototype, radius, amount):
    colour = np.array(skin.HAIR[phototype])
    size, scale = (picture.width, picture.height), picture.scale
    heading = rng.uniform(0, 2 * np.pi)
    half = np.array([radius, radius]) * 1.1
    overlays = []
    if scale > 25:
        roots = hair.scatter(rng, int(rng.integers(6, 16) * amount), half)
        down = hair.grow(rng, roots, length=2.2, width=0.016, heading=heading, curl=0.8)
        pale = tuple(np.minimum(colour * 0.6 + 60, 235))
        overlays.append(camera.Overlay(down.mask(size, scale), pale, 0.5))
    roots = hair.scatter(rng, int(rng.integers(2, 11) * amount), half)
    coat = hair.grow(rng, roots, length=6.5, width=0.062, heading=heading, spread=0.5, curl=0.5)
    overlays.append(camera.Overlay(coat.mask(size, scale), tuple(colour * 0.9), 0.93))
    shine = coat.aside(0.10, 0.42, 0.05, 0.85)
    light = tuple(np.minimum(colour * 1.15 + 45, 250))
    overlays.append(camera.Overlay(shine.mask(size, scale, blur=0.005), light, 0.6))
    return overlays


def overview(seed, *, size=(1600, 1200), phototype=2, lesions=()):
    """A region of the body on a grey drape, RGB of `size`; the longer side is OVERVIEW_MM.

    lesions: iterable of Lesion; each sits where its own seed puts it on the body, so another
    visit finds it in the same place. The seed chooses a limb or a back. Else as `macro`.
    """
    picture, frame = _frames(seed, size, phototype, OVERVIEW_MM)
    lesions = tuple(lesions)
    for lesion in lesions:
        _lesion_or_none(lesion)
        if lesion is None:
            raise ValueError("lesions must hold Lesion only: None")
    rng, key = generator(seed, "overview"), key_of(seed, "overview skin")
    body = Body(rng, key, frame)
    layers = skin.Layers(frame.height, frame.width)
    for lesion, at in body.places(lesions):
        paint(layers, lesion, frame, at=at, turn=body.angle, contact=False)
    body.texture(layers, phototype)
    plane = body.absorbance(layers, skin.tone(phototype))
    overlays = _body_hair(rng, picture, phototype, body)
    return camera.develop(
        seed,
        picture,
        plane,
        light=camera.flash(picture, rng, strength=0.10, falloff=0.10),
        overlays=overlays,
        grain=4.4,
    )


def _body_hair(rng, picture, phototype, body):
    if not body.hairy or picture.scale < 3:
        return []
    half = np.array([picture.width, picture.height]) / 2 / picture.scale
    roots = hair.scatter(rng, int(rng.integers(150, 800)), half)
    roots = roots[body.inside(roots)]
    heading = body.angle + rng.choice([0, np.pi]) + 0.3
    coat = hair.grow(rng, roots, length=10, width=0.085, heading=heading, spread=0.45, curl=0.7)
    mask = coat.mask((picture.width, picture.height), picture.scale)
    return [camera.Overlay(mask, skin.HAIR[phototype], 0.75)]
