"""Random fields on a window of the skin, in millimetres.

Every field is anchored to the plane, not to the picture: the same key gives the same value at the
same millimetre, whatever window and resolution look at it. That is what lets one mole keep its
network from visit to visit, and lets a large picture be developed strip by strip without seams.
"""

import zlib
from dataclasses import dataclass

import numpy as np
from PIL import Image

_MAX_CELL_PIXELS = 30  # tiles finer than this gain nothing: the mesh resamples them anyway


@dataclass(frozen=True)
class Frame:
    """A window of `width` x `height` pixels at `scale` pixels per mm, centred on (`x`, `y`) mm."""

    width: int
    height: int
    scale: float
    x: float = 0.0
    y: float = 0.0

    def axes(self):
        """Pixel centres in mm: x of shape (1, width), y of shape (height, 1), float32."""
        x = (np.arange(self.width, dtype=np.float32) + 0.5 - self.width / 2) / self.scale + self.x
        y = (np.arange(self.height, dtype=np.float32) + 0.5 - self.height / 2) / self.scale + self.y
        return x.astype(np.float32)[None, :], y.astype(np.float32)[:, None]

    def rows(self, top, bottom):
        """The window of the pixel rows top..bottom (exclusive) of this one."""
        middle = ((top + bottom) / 2 - self.height / 2) / self.scale + self.y
        return Frame(self.width, bottom - top, self.scale, self.x, middle)


def key_of(*parts):
    """A 32-bit key from anything with a stable repr (hash() is salted per process)."""
    return zlib.crc32(repr(parts).encode())


def generator(*parts):
    return np.random.default_rng(key_of(*parts))


def smoothstep(low, high, value):
    """0 below `low`, 1 above `high`, smooth between (Hermite)."""
    t = (value - low) * np.float32(1.0 / (high - low))
    np.clip(t, 0, 1, out=t)
    s = t * np.float32(-2)
    s += 3
    s *= t
    s *= t
    return s


def _mix(h):
    h = (h ^ (h >> np.uint32(16))) * np.uint32(0x7FEB352D)
    h = (h ^ (h >> np.uint32(15))) * np.uint32(0x846CA68B)
    return h ^ (h >> np.uint32(16))


def lattice(key, rows, columns):
    """Uniform [0, 1) float32 per lattice point, shape (len(rows), len(columns))."""
    rows = np.asarray(rows, np.int64).astype(np.uint32)[:, None]
    columns = np.asarray(columns, np.int64).astype(np.uint32)[None, :]
    h = _mix(_mix(rows + np.uint32(key & 0xFFFFFFFF)) + columns * np.uint32(0x9E3779B1))
    return (h >> np.uint32(8)).astype(np.float32) * np.float32(1 / (1 << 24))


def noise(key, frame, cell, octaves=1, gain=0.5, stretch=1.0):
    """Smooth noise of about unit deviation, features of `cell` mm; `stretch` > 1 draws it out in x.

    Octaves finer than a pixel are left out, so a small picture has no aliasing grain.
    """
    weights = gain ** np.arange(octaves)
    weights *= 2.3 / np.sqrt(np.sum(weights**2))
    sizes = cell / 2.0 ** np.arange(octaves)
    small = Frame(frame.width // 4 + 5, frame.height // 4 + 5, frame.scale / 4, frame.x, frame.y)
    coarse = int(np.sum(sizes * frame.scale >= 20))
    # Several wide octaves are summed at a quarter of the resolution and enlarged once.
    total = None
    for octave in range(octaves):
        if sizes[octave] * frame.scale < 0.8:
            break
        where = small if octave < coarse and coarse > 1 else frame
        if total is not None and where is frame and len(total) != frame.height:
            total = _enlarged(total, small, frame)
        layer = _octave(key + octave, where, sizes[octave] * stretch, sizes[octave])
        layer *= np.float32(weights[octave])
        total = layer if total is None else np.add(total, layer, out=total)
    if total is None:
        return np.zeros((frame.height, frame.width), np.float32)
    return total if len(total) == frame.height else _enlarged(total, small, frame)


def _enlarged(plane, small, frame):
    x, y = small.width / 2, small.height / 2
    box = (x - frame.width / 8, y - frame.height / 8, x + frame.width / 8, y + frame.height / 8)
    return _resized(plane, frame, box)


def _resized(plane, frame, box):
    size = (frame.width, frame.height)
    return np.array(Image.fromarray(plane).resize(size, Image.Resampling.BICUBIC, box=box))


def _octave(key, frame, cell_x, cell_y):
    left = (frame.x - frame.width / 2 / frame.scale) / cell_x
    top = (frame.y - frame.height / 2 / frame.scale) / cell_y
    right = left + frame.width / frame.scale / cell_x
    bottom = top + frame.height / frame.scale / cell_y
    c0, r0 = int(np.floor(left)) - 3, int(np.floor(top)) - 3
    grid = lattice(key, range(r0, int(bottom) + 5), range(c0, int(right) + 5)) * 2 - 1
    box = (left - c0, top - r0, right - c0, bottom - r0)
    return _resized(grid, frame, box)


class _Tiling:
    """Square cells of `pitch` mm laid over a frame at an angle, worked out cell by cell."""

    def __init__(self, key, frame, pitch, angle, stretch):
        self.key, self.frame = key, frame
        self.turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        self.turn /= np.array([[pitch * stretch], [pitch / stretch]])
        half = np.array([frame.width, frame.height]) / 2 / frame.scale
        corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half + (frame.x, frame.y)
        cells = corners @ self.turn.T
        self.c0, self.r0 = np.floor(cells.min(0)).astype(int) - 2
        self.c1, self.r1 = np.ceil(cells.max(0)).astype(int) + 2
        self.pixels = int(np.clip(round(pitch * frame.scale), 3, _MAX_CELL_PIXELS))
        self.pitch = pitch

    def scatter(self, tag, margin=0):
        """Random numbers per cell, with `margin` cells more on every side."""
        rows = range(self.r0 - margin, self.r1 + margin)
        return lattice(self.key + tag, rows, range(self.c0 - margin, self.c1 + margin))

    def chunks(self):
        """Slices of cell rows small enough to stay in the processor's cache."""
        step = max(1, 60_000 // ((self.c1 - self.c0) * self.pixels**2))
        count = self.r1 - self.r0
        return [slice(i, min(i + step, count)) for i in range(0, count, step)]

    def within(self):
        return (np.arange(self.pixels, dtype=np.float32) + 0.5) / self.pixels

    def lay(self, tiles, wobble):
        """(rows, columns, p, p) tiles -> the frame, pulled about so that no grid shows."""
        rows, columns, p, _ = tiles.shape
        source = Image.fromarray(tiles.transpose(0, 2, 1, 3).reshape(rows * p, columns * p))
        frame = self.frame
        step = int(max(36, 2.6 * self.pitch * frame.scale))
        xs = np.append(np.arange(0, frame.width, step), frame.width)
        ys = np.append(np.arange(0, frame.height, step), frame.height)
        x, y = np.meshgrid(xs, ys)
        mm = np.stack([x - frame.width / 2, y - frame.height / 2], -1) / frame.scale
        cell = (mm + np.array([frame.x, frame.y])) @ self.turn.T
        for axis in (0, 1):
            bend = lattice(self.key + 91 + axis, range(len(ys)), range(len(xs))) - 0.5
            cell[..., axis] += wobble * 2 * bend
        spot = (cell - (self.c0, self.r0)) * p
        mesh = []
        for j in range(len(ys) - 1):
            for i in range(len(xs) - 1):
                quad = (*spot[j, i], *spot[j + 1, i], *spot[j + 1, i + 1], *spot[j, i + 1])
                mesh.append(((int(xs[i]), int(ys[j]), int(xs[i + 1]), int(ys[j + 1])), quad))
        size = (frame.width, frame.height)
        bilinear = Image.Resampling.BILINEAR
        return np.array(source.transform(size, Image.Transform.MESH, mesh, bilinear))


def cells(key, frame, pitch, *, jitter=0.9, angle=0.0, stretch=1.0, wobble=0.3, round_off=0.0):
    """Distance to the nearest wall of a cellular (Voronoi) pattern, in cells: 0 on the walls.

    `round_off` > 0 sets every other row off by half a cell, as a honeycomb, and fills the corners
    so that the holes are round. All ones where a cell is under 3 pixels.
    """
    if pitch * frame.scale < 3:
        return np.ones((frame.height, frame.width), np.float32)
    tiling = _Tiling(key, frame, pitch, angle, stretch)
    px = 0.5 + (tiling.scatter(1, 1) - 0.5) * np.float32(jitter)
    py = 0.5 + (tiling.scatter(2, 1) - 0.5) * np.float32(jitter)
    if round_off:
        px += np.where(np.arange(tiling.r0 - 1, tiling.r1 + 1) % 2, 0.25, -0.25)[:, None]
        px = px.astype(np.float32)
    rows, columns = px.shape[0] - 2, px.shape[1] - 2
    u = tiling.within()
    walls = np.empty((rows, columns, tiling.pixels, tiling.pixels), np.float32)
    for part in tiling.chunks():
        nearest = np.full(walls[part].shape, 99, np.float32)
        second = nearest.copy()
        for dr in (0, 1, 2):
            for dc in (0, 1, 2):
                here = np.s_[part.start + dr : part.stop + dr, dc : dc + columns]
                dx = (px[here][..., None] + (dc - 1) - u) ** 2
                dy = (py[here][..., None] + (dr - 1) - u) ** 2
                distance = dy[..., :, None] + dx[..., None, :]
                np.minimum(second, np.maximum(nearest, distance), out=second)
                np.minimum(nearest, distance, out=nearest)
        nearest = np.sqrt(nearest)
        walls[part] = np.sqrt(second) - nearest
        if round_off:
            walls[part] += np.float32(round_off) * (np.float32(0.45) - nearest)
    return np.maximum(tiling.lay(walls, wobble), 0)


def dots(key, frame, pitch, radius, *, presence=1.0, wobble=0.3, stretch=1.0, angle=0.0):
    """Soft round dots, at most one per cell: 1 at the centre, 0 outside.

    `radius` (low, high) in cells, at most 0.5. Zeros where the dots are under a pixel.
    """
    if pitch * frame.scale < 3 or pitch * radius[1] * frame.scale < 0.6:
        return np.zeros((frame.height, frame.width), np.float32)
    tiling = _Tiling(key, frame, pitch, angle, stretch)
    size = radius[0] + (radius[1] - radius[0]) * tiling.scatter(3) ** 2
    px = size + (1 - 2 * size) * tiling.scatter(1)
    py = size + (1 - 2 * size) * tiling.scatter(2)
    there = (tiling.scatter(4) < presence) * (0.55 + 0.45 * tiling.scatter(5))
    u = tiling.within()
    dx = ((px[..., None] - u) / size[..., None]) ** 2
    dy = ((py[..., None] - u) / size[..., None]) ** 2
    spot = np.maximum(1 - dy[..., :, None] - dx[..., None, :], 0)
    spot *= there.astype(np.float32)[..., None, None]
    return tiling.lay(spot.astype(np.float32), wobble)
