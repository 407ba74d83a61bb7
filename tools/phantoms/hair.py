"""Hairs and small vessels: curved, tapering strokes."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

_STEPS = 22


class Strokes:
    """A bundle of strokes in mm: centre lines (n, steps, 2), widths (n, steps), strength (n,)."""

    def __init__(self, line, width, strength):
        self.line, self.width, self.strength = line, width, strength

    def aside(self, share, narrow, start, end):
        """The streak of light along each stroke: moved `share` of its width to one side."""
        tangent = np.gradient(self.line, axis=1)
        tangent /= np.maximum(np.hypot(tangent[..., 0], tangent[..., 1]), 1e-9)[..., None]
        normal = np.stack([-tangent[..., 1], tangent[..., 0]], -1)
        normal *= np.where(normal[..., 1:] > 0, -1, 1)  # always towards the upper side: the lamp
        line = self.line + normal * self.width[..., None] * share
        part = np.s_[int(start * _STEPS) : int(end * _STEPS)]
        fade = np.sin(np.linspace(0.05, np.pi - 0.05, len(range(*part.indices(_STEPS)))))
        return Strokes(line[:, part], self.width[:, part] * narrow * fade, self.strength)

    def moved(self, dx, dy):
        return Strokes(self.line + np.array([dx, dy]), self.width, self.strength * 0 + 1)

    def mask(self, size, scale, *, factor=None, blur=0.0):
        """Coverage as an L picture of `size`, anti-aliased; (0, 0) mm is the picture's middle.

        `blur` in mm softens it (shadows, highlights); under half a pixel it is left out.
        """
        if factor is None:
            factor = 2 if size[0] * size[1] > 4_000_000 else 4
        sheet = Image.new("L", (size[0] * factor, size[1] * factor))
        draw = ImageDraw.Draw(sheet)
        unit = scale * factor
        middle = np.array(sheet.size) / 2
        tangent = np.gradient(self.line, axis=1)
        tangent /= np.maximum(np.hypot(tangent[..., 0], tangent[..., 1]), 1e-9)[..., None]
        normal = np.stack([-tangent[..., 1], tangent[..., 0]], -1)
        offset = normal * (self.width / 2)[..., None]
        outline = np.concatenate([self.line + offset, (self.line - offset)[:, ::-1]], axis=1)
        outline = outline * unit + middle
        # A stroke thinner than the sheet's own pixel is drawn one pixel wide but fainter.
        thin = np.minimum(1, self.width.max(axis=1) * unit / 1.2) if len(self.width) else ()
        for points, strength, share in zip(outline, self.strength, thin, strict=True):
            value = int(255 * min(1.0, strength * share))
            draw.polygon([(float(px), float(py)) for px, py in points], fill=value)
        sheet = sheet.reduce(factor)
        if blur * scale < 0.5:
            return sheet
        return sheet.filter(ImageFilter.GaussianBlur(blur * scale))


def grow(rng, roots, *, length, width, heading, spread=0.35, curl=0.5):
    """Hairs from `roots` (n, 2) mm; `length`, `width` mm; `heading` rad (a scalar or (n,)).

    `curl` is the typical turn over the whole hair, rad.
    """
    n = len(roots)
    t = np.linspace(0, 1, _STEPS)
    size = length * np.clip(rng.lognormal(0, 0.35, n), 0.3, 2.2)
    start = heading + rng.normal(0, spread, n)
    bend, twist = rng.normal(0, curl, n), rng.normal(0, curl * 0.7, n)
    wave = rng.uniform(0, 2 * np.pi, n)
    angle = (
        start[:, None]
        + bend[:, None] * t
        + twist[:, None] * (t**2 - t)
        + 0.10 * curl * np.sin(5 * t[None] + wave[:, None])
    )
    step = (size / _STEPS)[:, None]
    line = np.stack([np.cumsum(np.cos(angle) * step, 1), np.cumsum(np.sin(angle) * step, 1)], -1)
    line = line + np.asarray(roots)[:, None, :]
    taper = (0.3 + 0.7 * np.minimum(t * 9, 1)) * (1 - t**2.6) ** 0.8
    # Some hairs were cut or shaved: they end blunt.
    blunt = rng.random(n) < 0.15
    taper = np.where(blunt[:, None] & (t > 0.5), np.maximum(taper, 0.8), taper)
    thick = width * np.clip(rng.normal(1, 0.25, n), 0.4, 1.7)
    return Strokes(line, thick[:, None] * taper, rng.uniform(0.72, 1.0, n))


def scatter(rng, n, half):
    """`n` roots in a rectangle of half sides `half` (x, y) mm, a little beyond its edges."""
    return rng.uniform(-1.1, 1.1, (n, 2)) * np.asarray(half)


def vessels(rng, centre, radius, stems):
    """Arborizing vessels: stems that enter from the rim and branch, thinner at every fork."""
    lines, widths = [], []

    def branch(start, angle, length, width, depth):
        t = np.linspace(0, 1, _STEPS)
        path = angle + np.cumsum(rng.normal(0, 0.16, _STEPS))
        step = length / _STEPS
        line = start + np.stack([np.cumsum(np.cos(path)), np.cumsum(np.sin(path))], -1) * step
        lines.append(line)
        widths.append(width * (1 - 0.45 * t))
        if depth:
            for _ in range(rng.integers(2, 4)):
                at = rng.integers(_STEPS // 3, _STEPS)
                turn = path[at] + rng.choice([-1, 1]) * rng.uniform(0.4, 1.0)
                branch(line[at], turn, length * rng.uniform(0.45, 0.75), width * 0.6, depth - 1)

    for _ in range(stems):
        angle = rng.uniform(0, 2 * np.pi)
        start = np.asarray(centre) + radius * np.array([np.cos(angle), np.sin(angle)])
        inward = angle + np.pi + rng.normal(0, 0.5)
        branch(start, inward, radius * rng.uniform(0.7, 1.1), 0.10, 3)
    return Strokes(np.array(lines), np.array(widths), np.ones(len(lines)))
