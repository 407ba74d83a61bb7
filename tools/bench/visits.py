"""Drawn visits whose truth is known, and pairs of them: what `script/bench compare` looks at."""

import io
import os
from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from PIL import Image

from imaging.geometry import alignment
from tools import phantoms
from tools.phantoms import places
from tools.phantoms.fields import generator

SIZES = ((1344, 1008), (1920, 1440), (1080, 1440), (1280, 854))  # px, of display renditions
VISITS = ("first", "later", "anew", "grown")
GROWTH = 0.3


@dataclass(frozen=True)
class Seen:
    """A visit as the product has it: the JPEG of its display rendition, and the truth."""

    name: str
    data: bytes
    size: tuple
    truth: places.Visit

    @property
    def mm_per_px(self):
        return 1 / self.truth.scale

    def file(self):
        file = os.fdopen(os.memfd_create("display"), "w+b")
        file.write(self.data)
        file.flush()
        return file

    @property
    def pixels(self):
        return np.asarray(Image.open(io.BytesIO(self.data)).convert("RGB"))

    @cached_property
    def prepared(self):
        """What alignment needs of it: worked out once for all its pairs."""
        return alignment.prepare(self.pixels)


def seen(name, picture, truth):
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=94, subsampling=0)
    # The drawing itself is not kept: only what was written of it.
    return Seen(name, out.getvalue(), picture.size, replace(truth, picture=None))


def visits(view, seed):
    """{name: Seen} of one place: a first visit; a later one; one whose skin is drawn anew, so that
    only the lesion is the same; and a later one at which the lesion has grown."""
    rng = generator(view, seed, "place")
    place = places.Place(seed, view, phototype=1 + seed * 5 % 6)
    kind = phantoms.LESION_KINDS[seed % len(phantoms.LESION_KINDS)]
    low, high = (2.5, 7.0) if view == "macro" else (2.5, 6.0)
    mole = phantoms.Lesion(seed, kind, float(rng.uniform(low, high)))
    options = {"size": SIZES[seed % len(SIZES)]}
    if view == "macro":
        options["ruler"] = seed % 2 > 0
    found = {}
    for number, name in enumerate(VISITS):
        own = seed * 100 + number
        conditions = places.Conditions.drawn(own)
        if name == "anew":
            conditions = replace(conditions, kept=0.0)
        lesion = replace(mole, growth=GROWTH if name == "grown" else 0.0)
        drawn = place.visit(own, lesion=lesion, conditions=conditions, **options)
        found[name] = seen(f"{view} {seed} {name}", drawn.picture, drawn)
    return found


def warped(shown, seed):
    """The same photograph, turned by up to 90°, 0.85 to 1.3 times as large, lighter or darker,
    with noise of its own."""
    rng = generator(seed, "warp")
    width, height = shown.size
    turn, scale = rng.uniform(-np.pi / 2, np.pi / 2), rng.uniform(0.85, 1.3)
    middle = shown.truth.outline.mean(axis=0)
    cos, sin = scale * np.cos(turn), scale * np.sin(turn)
    linear = np.array([[cos, -sin], [sin, cos]])
    target = np.array([width, height]) / 2 + rng.uniform(-0.05, 0.05, 2) * width
    matrix = np.column_stack((linear, target - linear @ middle))
    centres = matrix.copy()  # OpenCV counts from the middle of the first pixel
    centres[:, 2] += linear.sum(axis=1) * 0.5 - 0.5
    picture = cv2.warpAffine(
        shown.pixels, centres, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
    )
    noise = rng.normal(0, 2.5, picture.shape)
    picture = (picture * rng.uniform(0.7, 1.15) + noise).clip(0, 255).astype(np.uint8)
    before = np.vstack((shown.truth.to_picture, (0, 0, 1)))
    truth = replace(
        shown.truth,
        to_picture=(np.vstack((matrix, (0, 0, 1))) @ before)[:2],
        scale=shown.truth.scale * scale,
        outline=shown.truth.outline @ linear.T + matrix[:, 2],
    )
    return seen(f"{shown.name} warped", Image.fromarray(picture), truth)


def without_texture(seed):
    """Two pictures of a round spot on level colour, with a sensor's noise."""
    rng = generator(seed, "level")
    colour, spot = rng.integers(90, 230, 3), rng.integers(30, 90, 3)
    out = []
    for number in range(2):
        level = np.full((900, 1200, 3), colour, np.uint8)
        at = tuple(int(v) for v in rng.integers(-80, 80, 2) + np.array([600, 450]))
        cv2.circle(level, at, int(rng.integers(60, 160)), tuple(int(v) for v in spot), -1)
        level = cv2.GaussianBlur(level, (0, 0), 4) + rng.normal(0, 3, level.shape)
        truth = places.Visit(None, np.eye(2, 3), 30.0, np.array([at, at]))
        picture = Image.fromarray(level.clip(0, 255).astype(np.uint8))
        out.append(seen(f"level {seed} {number}", picture, truth))
    return out


def error(transform, first, second):
    """px of the second picture: how far from where it is the transform puts the lesion and what
    surrounds it (a grid over twice its extent), on average."""
    outline, truth = first.truth.outline, places.between(first.truth, second.truth)
    low, high = outline.min(axis=0), outline.max(axis=0)
    steps = np.linspace(-1, 1, 9) * max(high - low)
    grid = np.array([(low + high) / 2 + (x, y) for x in steps for y in steps])
    expected = grid @ truth[:, :2].T + truth[:, 2]
    found = np.array([transform.apply(*point) for point in grid])
    return float(np.hypot(*(found - expected).T).mean())
