"""Lesions: one outline and one pattern per kind, drawn in the lesion's own millimetres."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from tools.phantoms import hair
from tools.phantoms.fields import Frame, cells, dots, generator, key_of, noise, smoothstep
from tools.phantoms.skin import Layers

LESION_KINDS = ("naevus", "atypical", "melanoma", "seborrhoeic", "angioma", "basal_cell")

# How far the outline strays from an ellipse, and how softly it ends (mm).
_IRREGULAR = {
    "naevus": 0.55,
    "atypical": 1.35,
    "melanoma": 1.7,
    "seborrhoeic": 1.0,
    "angioma": 0.7,
    "basal_cell": 0.9,
}
_SOFT = {
    "naevus": 0.40,
    "atypical": 0.45,
    "melanoma": 0.22,
    "seborrhoeic": 0.07,
    "angioma": 0.09,
    "basal_cell": 0.30,
}
_FINEST = 92.0  # pixels per mm; network lines are 0.04 mm, so more resolves nothing


@dataclass(frozen=True)
class Lesion:
    """One mark on the skin; the same `seed` and `kind` is the same lesion at every visit.

    diameter_mm: at the first visit, 0.5 to 30. growth: 0 at the first visit; 1 is clearly larger
    and more irregular (at most 3). ValueError for anything else.
    """

    seed: int
    kind: str = "naevus"
    diameter_mm: float = 6.0
    growth: float = 0.0

    def __post_init__(self):
        if not isinstance(self.seed, int) or self.seed < 0:
            raise ValueError(f"seed must be a whole number from 0: {self.seed!r}")
        if self.kind not in LESION_KINDS:
            raise ValueError(f"kind must be one of {', '.join(LESION_KINDS)}: {self.kind!r}")
        if not 0.5 <= self.diameter_mm <= 30:
            raise ValueError(f"diameter_mm must be 0.5 to 30: {self.diameter_mm!r}")
        if not 0 <= self.growth <= 3:
            raise ValueError(f"growth must be 0 to 3: {self.growth!r}")


class _Canvas:
    """The lesion's own window, its outline worked out, and the layers the painters fill."""

    def __init__(self, lesion, scale, contact):
        self.lesion, self.contact = lesion, contact
        self.radius = lesion.diameter_mm / 2 * (1 + 0.30 * lesion.growth)
        half = self.radius * 1.55 + 0.7
        scale = min(scale, _FINEST)
        pixels = max(8, int(2 * half * scale))
        self.frame = Frame(pixels, pixels, scale)
        self.rng = generator("lesion", lesion.seed, lesion.kind)
        self.layers = Layers(pixels, pixels)
        self._outline()

    def noise(self, tag, cell, octaves=1, **options):
        return noise(self.key(tag), self.frame, cell, octaves, **options)

    def key(self, tag):
        return key_of("lesion", self.lesion.seed, self.lesion.kind, tag)

    def _outline(self):
        lesion, rng = self.lesion, self.rng
        irregular = _IRREGULAR[lesion.kind] * (1 + 0.45 * lesion.growth)
        x, y = self.frame.axes()
        d = lesion.diameter_mm
        wx = self.noise("wx", d * 0.30, 4, gain=0.55) * (d * 0.022 * irregular)
        wy = self.noise("wy", d * 0.30, 4, gain=0.55) * (d * 0.022 * irregular)
        turn, flat = rng.uniform(0, np.pi), rng.uniform(0.82, 1.0) - 0.05 * irregular
        u = (np.cos(turn) * x + np.sin(turn) * y + wx) * np.float32(np.sqrt(flat))
        v = (np.cos(turn) * y - np.sin(turn) * x + wy) / np.float32(np.sqrt(flat))
        self.angle = np.arctan2(v, u)
        around = np.linspace(-np.pi, np.pi, 2049)
        reach = np.ones_like(around)
        for k in range(2, 7):
            phase, size = rng.uniform(0, 2 * np.pi), rng.normal(0, 0.075)
            reach += irregular * size / (k - 0.6) * np.cos(k * around + phase)
        reach /= np.sqrt(np.mean(reach**2))  # the diameter is that of a disc of equal area
        # Growth is eccentric: one side runs ahead.
        self.front = rng.uniform(-np.pi, np.pi)
        off = np.angle(np.exp(1j * (around - self.front)))
        reach += 0.16 * lesion.growth * irregular**0.5 * np.exp(-((off / 0.55) ** 2))
        self.depth = self.around(reach.clip(0.45, 1.6) * self.radius) - np.hypot(u, v)
        soft = _SOFT[lesion.kind] * (1 + 0.5 * self.noise("soft", d * 0.3)).clip(0.35, 2)
        soft = np.minimum(soft, self.radius * 0.35)
        self.cover = smoothstep(-1, 1, self.depth / soft)
        self.inner = np.clip(self.depth / self.radius, 0, 1)
        self.layers.cover += self.cover

    def around(self, table):
        """A table of 2049 values over the angle -pi..pi, looked up per pixel."""
        place = (self.angle + np.float32(np.pi)) * np.float32(2048 / (2 * np.pi))
        return np.asarray(table, np.float32)[place.astype(np.int16)]

    def blob(self, tag, distance, angle, size, ragged=0.5):
        """A ragged patch 0..1 at `distance` (of the radius) and `angle`, of `size` (of it)."""
        x, y = self.frame.axes()
        r = self.radius
        dx = x / r - distance * np.cos(angle) + 0.20 * ragged * self.noise(tag + "x", r * 0.4, 3)
        dy = y / r - distance * np.sin(angle) + 0.20 * ragged * self.noise(tag + "y", r * 0.4, 3)
        return 1 - smoothstep(size * 0.25, size * 1.25, np.hypot(dx, dy))

    def network(self, pitch, strength, patchy, thick=0.24):
        """The pigment network: dark lines round lighter holes, fading out at the rim."""
        walls = cells(self.key("net"), self.frame, pitch, jitter=0.7, wobble=0.5, round_off=0.75)
        walls += 0.065 * self.noise("netgrain", 0.11, 3, gain=0.7) + 0.03
        vary = self.noise("netwidth", 0.8, 2)
        width = np.clip(thick * (1 + 0.28 * patchy * vary), 0.08, 0.6)
        lines = 1 - smoothstep(-0.3, 1.9, walls / width)
        there = np.clip(0.8 + 0.5 * patchy * self.noise("netpatch", 1.1, 3), 0.05, 1.5)
        # Seen without a dermoscope, light scattered in the horn layer washes the network out.
        seen = 1.0 if self.contact else 0.25
        return (lines * seen + 0.38 * (1 - seen)) * there * strength

    def streaks(self, strength, count):
        """Radial streaks with bulbous ends at the growing edge: a few sectors of the rim."""
        table = np.zeros(2049)
        around = np.linspace(-np.pi, np.pi, 2049)
        rng = generator("streaks", self.lesion.seed)
        for _ in range(count):
            at = self.front + rng.normal(0, 0.9)
            off = np.angle(np.exp(1j * (around - at)))
            narrow = rng.uniform(0.09, 0.16) / self.radius
            table = np.maximum(table, rng.uniform(0.5, 1) * np.exp(-((off / narrow) ** 2)))
        out = smoothstep(-0.20, -0.06, self.depth / self.radius)
        return strength * self.around(table) * out * (1 - smoothstep(0.1, 0.35, self.inner))


def _naevus(c, irregular=0.0):
    rng, net, contact = c.rng, c.cover, c.contact
    growth = c.lesion.growth
    style = rng.choice(["reticular", "globular", "patchy"], p=[0.6, 0.2, 0.2])
    brown = rng.uniform(0.34, 0.58) + 0.12 * irregular + 0.06 * growth
    centre = smoothstep(0.05, 0.75, c.inner)
    vary = 1 + (0.13 + 0.16 * irregular) * c.noise("shade", 1.6, 3, gain=0.6)
    base = brown * c.cover * (0.55 + 0.55 * centre) * vary
    rim = 1 - 0.65 * smoothstep(0.25, 0.7, c.inner)  # the centre is often structureless
    pitch = rng.uniform(0.165, 0.20) * (1 + 0.12 * irregular)
    strength = (0.66 if style != "globular" else 0.2) * (1 + 0.25 * irregular)
    pattern = c.network(pitch, strength, 0.7 + irregular, 0.24 + 0.05 * irregular) * rim
    c.layers.melanin += base + net**1.4 * pattern * (0.5 + brown)
    globule = dots(c.key("globule"), c.frame, 0.24, (0.14, 0.38), presence=0.62, wobble=0.9)
    amount = {"globular": 0.95, "reticular": 0.25, "patchy": 0.5}[style] * (1 if contact else 0.3)
    c.layers.melanin += globule**0.7 * amount * c.cover * (0.3 + 0.7 * centre) * (0.4 + brown)
    c.layers.blood += 0.04 * c.cover * (1 + 0.5 * c.noise("flush", 1.5))
    c.layers.height += 0.10 * centre * min(1.0, c.radius / 3) * rng.uniform(0, 1.5)


def _atypical(c):
    _naevus(c, irregular=1.0)
    growth = c.lesion.growth
    dark = c.blob("dark", 0.42, c.front, 0.40 + 0.18 * growth)
    c.layers.melanin += (0.42 + 0.22 * growth) * dark * c.cover
    pale = c.blob("pale", 0.45, c.front + 2.4, 0.40)
    c.layers.melanin *= 1 - 0.45 * pale
    c.layers.blood += 0.20 * pale * c.cover
    dust = dots(c.key("dust"), c.frame, 0.33, (0.10, 0.3), presence=0.35, wobble=0.7)
    c.layers.melanin += dust * 0.9 * dark * (1 if c.contact else 0.4)


def _melanoma(c):
    growth = c.lesion.growth
    vary = c.noise("shade", 1.9, 4, gain=0.62)
    base = 0.62 + 0.10 * growth + 0.22 * vary
    c.layers.melanin += c.cover * base.clip(0.15, 2)
    net = c.network(0.25, 0.75, 1.9, 0.30) * smoothstep(-0.6, 0.6, c.noise("where", 2.2, 2))
    c.layers.melanin += c.cover**1.5 * net
    blotch = c.blob("blotch", 0.40, c.front, 0.48 + 0.10 * growth, 0.9)
    second = c.blob("blotch2", 0.50, c.front + 1.7, 0.24 + 0.12 * growth, 0.9)
    c.layers.melanin += c.cover * (1.25 * np.maximum(blotch, second))
    c.layers.melanin += c.streaks(1.1, 14 + int(8 * growth))
    dust = dots(c.key("dust"), c.frame, 0.36, (0.10, 0.42), presence=0.40, wobble=0.8)
    near = 1 - smoothstep(0.25, 0.5, c.inner)
    c.layers.melanin += dust**0.7 * c.cover * near * (1.3 if c.contact else 0.5)
    veil = c.blob("veil", 0.28, c.front + 0.9, 0.42 + 0.14 * growth, 0.8)
    c.layers.blue += 0.72 * veil * c.cover * (0.8 + 0.2 * c.noise("veilshade", 0.9, 3)).clip(0, 1.2)
    scar = c.blob("scar", 0.52, c.front + np.pi, 0.34 + 0.06 * growth, 0.9)
    c.layers.melanin *= 1 - 0.75 * scar
    pepper = dots(c.key("pepper"), c.frame, 0.16, (0.12, 0.35), presence=0.4, wobble=0.6)
    c.layers.white += 0.40 * scar * c.cover
    c.layers.blue += 0.45 * scar * pepper * (1 if c.contact else 0.5)
    c.layers.blood += c.cover * (0.14 + 0.3 * c.blob("red", 0.6, c.front - 1.6, 0.4))
    c.layers.height += 0.22 * smoothstep(0.0, 0.9, c.inner) * (1 + 0.2 * c.noise("bumps", 1.4, 2))


def _seborrhoeic(c):
    brown = c.rng.uniform(0.38, 0.7)
    ridges = cells(c.key("gyri"), c.frame, 0.62, jitter=1.0, wobble=0.9, stretch=1.5)
    fissure = np.exp(-((ridges / 0.16) ** 2)) * smoothstep(-0.8, 0.5, c.noise("fis", 1.2))
    scale = c.noise("scale", 0.30, 4, gain=0.65)
    shade = 1 + 0.16 * c.noise("shade", 1.4, 3) + 0.10 * scale
    c.layers.melanin += c.cover * brown * (shade + 0.55 * fissure)
    rim = np.exp(-(((c.depth - 0.12) / 0.14) ** 2))
    c.layers.melanin += c.cover * 0.16 * rim
    plug = dots(c.key("plug"), c.frame, 1.05, (0.10, 0.26), presence=0.45, wobble=0.8)
    plug = smoothstep(0.05, 0.5, plug)
    c.layers.melanin += c.cover * plug * 0.75
    milia = dots(c.key("milia"), c.frame, 0.85, (0.06, 0.17), presence=0.5, wobble=0.8)
    halo = smoothstep(0.0, 0.8, milia) * c.cover * (1 - plug)
    c.layers.white += halo * (0.72 if c.contact else 0.35)
    c.layers.white += 0.06 * c.cover * smoothstep(0.3, 1.6, scale)
    plateau = smoothstep(0, 0.30, c.depth) * c.cover
    c.layers.height += plateau * (0.20 + 0.012 * scale) - 0.06 * c.cover * (fissure + plug)


def _angioma(c):
    walls = cells(c.key("lacuna"), c.frame, 0.55, jitter=1.0, wobble=0.9, round_off=0.9)
    lacuna = smoothstep(-0.05, 0.45, walls + 0.09 * c.noise("rim", 0.35, 3))
    tint = c.noise("tint", 0.9, 2)
    seen = 1 if c.contact else 0.35
    c.layers.blood += c.cover * (0.78 + 0.5 * (1 - seen) + (0.80 + 0.22 * tint) * lacuna * seen)
    c.layers.melanin += c.cover * (0.10 + 0.16 * lacuna * smoothstep(0.2, 1.6, tint))
    c.layers.blue += 0.28 * c.cover * lacuna * smoothstep(0.5, 1.8, tint)
    c.layers.white += 0.10 * c.cover * (1 - lacuna) * seen
    c.layers.height += 0.45 * c.radius / 3 * np.sqrt(c.inner) * (0.9 + 0.1 * lacuna)


def _basal_cell(c):
    growth, size = c.lesion.growth, (c.frame.width, c.frame.height)
    flush = 1 + 0.25 * c.noise("flush", 1.3, 3)
    c.layers.blood += c.cover * 0.26 * flush
    c.layers.white += c.cover * 0.26 * (0.8 + 0.4 * c.noise("sheen", 1.1, 3)).clip(0, 1.6)
    tree = hair.vessels(generator("vessels", c.lesion.seed), (0, 0), c.radius * 0.95, 6)
    red = np.asarray(tree.mask(size, c.frame.scale, factor=2), np.float32) / 255
    c.layers.blood += red * c.cover * (0.85 if c.contact else 0.4)
    nests = dots(c.key("nest"), c.frame, 1.1, (0.14, 0.40), presence=0.42, wobble=0.9, stretch=1.3)
    nests *= 1 - smoothstep(0.5, 0.8, c.inner)
    c.layers.blue += c.cover * smoothstep(0.02, 0.7, nests) * 0.62
    c.layers.melanin += c.cover * smoothstep(0.02, 0.8, nests) * 0.30
    sore = c.blob("sore", 0.16, c.front, 0.20 + 0.10 * growth, 0.9)
    c.layers.blood += sore * 1.0 * (1 + 0.3 * c.noise("crust", 0.3, 3))
    c.layers.melanin += sore * 0.35
    rolled = np.exp(-(((c.depth - 0.13 * c.radius) / (0.16 * c.radius)) ** 2))
    c.layers.height += (0.14 * rolled + 0.03 * c.noise("bumps", 0.8, 2)) * c.cover - 0.08 * sore


_PAINTERS = dict(
    zip(
        LESION_KINDS,
        (_naevus, _atypical, _melanoma, _seborrhoeic, _angioma, _basal_cell),
        strict=True,
    )
)


def paint(layers, lesion, frame, *, at=(0.0, 0.0), turn=0.0, contact=True):
    """Lay a lesion over `layers` (of `frame`), centred on `at` mm and turned by `turn` rad.

    `contact`: through a dermoscope (network, globules, vessels sharp) or with the bare eye.
    """
    canvas = _Canvas(lesion, frame.scale, contact)
    _PAINTERS[lesion.kind](canvas)
    # Pigment and blood are granular at every scale: without this, patches look airbrushed.
    grain = canvas.noise("grain", 0.22, 5, gain=0.8)
    canvas.layers.melanin *= 1 + 0.085 * grain
    canvas.layers.blood *= 1 - 0.06 * grain
    canvas.layers.blue *= 1 + 0.07 * grain
    inner = canvas.frame
    reach = inner.width / 2 / inner.scale * (abs(np.cos(turn)) + abs(np.sin(turn)))
    middle = np.array([frame.width, frame.height]) / 2 + np.array(at) * frame.scale
    low = np.maximum(np.floor(middle - reach * frame.scale), 0).astype(int)
    high = np.minimum(np.ceil(middle + reach * frame.scale), (frame.width, frame.height))
    high = high.astype(int)
    if (high <= low).any():
        return
    zoom = inner.scale / frame.scale
    a, b = np.cos(turn) * zoom, np.sin(turn) * zoom
    dx, dy = low - middle
    half = inner.width / 2
    move = (a, b, a * dx + b * dy + half, -b, a, -b * dx + a * dy + half)
    there = np.s_[low[1] : high[1], low[0] : high[0]]
    size = (int(high[0] - low[0]), int(high[1] - low[1]))
    for name in Layers.NAMES:
        plane = getattr(canvas.layers, name)
        if not plane.any():
            continue
        plane, affine = Image.fromarray(plane), Image.Transform.AFFINE
        laid = plane.transform(size, affine, move, Image.Resampling.BILINEAR)
        target = getattr(layers, name)[there]
        target += np.asarray(laid)
        if name in ("blue", "white", "cover"):
            np.clip(target, 0, 1, out=target)
