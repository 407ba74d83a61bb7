"""Is the photograph sharp and well exposed? Said while the patient is still in the room.

The thresholds come out of `script/bench quality`, which degrades drawn skin in known steps
(docs/quality.md) and fails when they differ from what stands here.
"""

from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext_lazy as _
from PIL import Image

MEASURED_LONG_EDGE = 960  # px: sharpness is compared at one scale, whatever the camera
BLURRED, SOFT = 0.58, 0.65  # sharpness below which a picture is poor, acceptable
MOST = 4.0  # what has more of the finest detail is a pattern, not a photograph
CLIPPED_POOR, CLIPPED_ACCEPTABLE = 0.15, 0.05  # share of clipped pixels

REASONS = {
    "blurred": _("Blurred"),
    "soft": _("Slightly blurred"),
    "overexposed": _("Overexposed"),
    "underexposed": _("Underexposed"),
    "damaged": _("Damaged file"),
}

FULL = 250  # sRGB code of a clipped channel
WHITE = 235  # where red is clipped: the code of the other two above which all is white
DARK = 46  # sRGB code below which one code is a step of over 4 % in light: 2.4 / (code + 14)
SURROUND = 16  # luma of a dermoscope's black surround, noise and compression included

_BLOCK = 16  # samples a side: 32 px
_STEPS = ((0, 3), (3, 0), (2, 2), (2, -2))  # px: across, down, both diagonals
_NOISE_FINE, _NOISE_COARSE = 28, 6  # what noise of variance 1 gives in a band; the fine one with
# a margin for its spread between blocks (24 on average), since the sharpest blocks are looked for
_FAINT = 150  # energy of a pattern of 1.4 grey levels: what is fainter proves nothing
_SHARPEST = 0.95  # the twentieth sharpest block in a hundred speaks for the picture


@dataclass(frozen=True, slots=True)
class Verdict:
    """`level` is good, acceptable or poor; `codes` say why it is not good."""

    level: str
    codes: tuple[str, ...]

    @property
    def reasons(self):
        return [REASONS[code] for code in self.codes]

    @classmethod
    def of(cls, sharpness, exposure, *, damaged=False):
        """The verdict on `measure`'s two figures, or None where they are missing."""
        if sharpness is None or exposure is None:
            return None
        poor, fair = ["damaged"] if damaged else [], []
        if sharpness < BLURRED:
            poor.append("blurred")
        elif sharpness < SOFT:
            fair.append("soft")
        if abs(exposure) > CLIPPED_ACCEPTABLE:
            side = "overexposed" if exposure > 0 else "underexposed"
            (poor if abs(exposure) > CLIPPED_POOR else fair).append(side)
        level = "poor" if poor else "acceptable" if fair else "good"
        return cls(level, tuple(poor + fair))


def measure(picture: Image.Image) -> tuple[float, float]:
    """(sharpness, exposure) of an upright sRGB picture of mode RGB, any size.

    Both look at the middle two thirds of the frame each way. Sharpness is taken at a long edge of
    `MEASURED_LONG_EDGE` px; a smaller picture is measured as it is, so that it answers for its
    own pixels and not for the detail that it never had. Never raises for a picture.
    """
    width, height = picture.size
    box = (width // 6, height // 6, width - width // 6, height - height // 6)
    return sharpness(_luma(picture, box)), exposure(picture, box)


def _luma(picture, box):
    """The middle of the picture in grey, at the scale of `MEASURED_LONG_EDGE`; uint8 (h, w)."""
    grey = picture.crop(box).convert("L")
    factor = max(picture.size) / MEASURED_LONG_EDGE
    if factor >= 2:
        grey = grey.reduce(int(factor))
        factor /= int(factor)
    if factor > 1.001:
        size = [max(1, round(side / factor)) for side in grey.size]
        grey = grey.resize(size, Image.Resampling.BILINEAR)
    return np.asarray(grey)


def sharpness(luma: np.ndarray) -> float:
    """How much of the finest detail is left beside what is twice as coarse; luma uint8 (h, w).

    The ratio of amplitudes in the bands of 6 px and of 12 px a period, in blocks of 32 px: of the
    direction that has least of the finer (a shaken hand blurs one only) to the mean of all, in the
    sharpest blocks (the lesion may be sharp and all around it out of focus). A ratio does not ask
    how strong the contrast is, so plain skin in focus counts as sharp. The picture's own noise is
    estimated (Immerkær, Fast noise variance estimation, CVIU 64, 1996) and taken off: it would
    pass for detail. From 0 to `MOST`; 0 where there is no detail, or no room to look for any (under
    about 100 px a side of the whole picture).
    """
    height, width = (side // 2 * 2 for side in luma.shape)
    rows, columns = (height // 2 - 7) // _BLOCK, (width // 2 - 7) // _BLOCK
    if rows < 1 or columns < 1:
        return 0.0
    fine = luma[:height, :width].astype(np.int16)
    coarse = fine[::2] + fine[1::2]
    coarse = (coarse[:, ::2] + coarse[:, 1::2] + 2) >> 2
    blocks = _Blocks(rows, columns)
    bands = np.stack([*_bands(fine, 2, blocks), *_bands(coarse, 1, blocks)])
    noise = blocks.energy(_diagonal(fine, blocks))
    noise = np.partition(noise, noise.size // 4)[noise.size // 4] / 36
    inner = coarse[3 : 3 + blocks.height, 3 : 3 + blocks.width]
    # The edge of a surround or of blown cloth is sharp in any picture. Not so a hair or gloss:
    # only whole blocks count.
    flat = blocks.full(inner <= SURROUND) | blocks.full(inner >= FULL)
    seen = ~blocks.beside(flat)
    if seen.sum() * 8 < seen.size:
        seen[:] = True
    bands = bands[:, seen]
    detail = bands[:4] - _NOISE_FINE * noise
    base = np.maximum(bands[4:].mean(axis=0), _NOISE_COARSE * noise) + _FAINT
    at = int(_SHARPEST * (bands.shape[1] - 1))
    ratio = np.partition(detail / base, at, axis=1)[:, at].min()
    return min(MOST, float(np.sqrt(max(ratio, 0.0))))


class _Blocks:
    """A grid of blocks of `_BLOCK` × `_BLOCK` samples."""

    def __init__(self, rows, columns):
        self.rows, self.columns = rows, columns
        self.height, self.width = rows * _BLOCK, columns * _BLOCK

    def mean(self, plane):
        """Mean per block, (rows × columns,) float32. Rows first: those sums run along memory."""
        down = plane.reshape(self.rows, _BLOCK, self.width).sum(axis=1, dtype=np.float32)
        across = down.reshape(self.rows, self.columns, _BLOCK).sum(axis=2)
        return across.ravel() / _BLOCK**2

    def full(self, marked):
        """Which blocks are marked all over, but for a pixel of noise; every fourth is looked at."""
        parts = marked[::4, ::4].reshape(self.rows, _BLOCK // 4, self.columns, _BLOCK // 4)
        return parts.sum(axis=(1, 3)).ravel() >= (_BLOCK // 4) ** 2 - 1

    def beside(self, marked):
        """Which blocks are marked or touch one that is: the bands reach over a block's edge."""
        grid = np.zeros((self.rows + 2, self.columns + 2), bool)
        grid[1:-1, 1:-1] = marked.reshape(self.rows, self.columns)
        grid = grid[:-2] | grid[1:-1] | grid[2:]
        return (grid[:, :-2] | grid[:, 1:-1] | grid[:, 2:]).ravel()

    def energy(self, plane):
        plane = plane.astype(np.float32)
        plane *= plane
        return self.mean(plane)


def _bands(plane, stride, blocks):
    """Energy per block of the second differences over ±3 px in four directions, every `stride` px.

    On sums of 2 × 2 px, so that the band ends before the pixel grid, where there is only noise.
    """
    pairs = plane[:-1] + plane[1:]
    pairs = pairs[:, :-1] + pairs[:, 1:]

    def at(down, across):
        top, left = 3 + down, 3 + across
        bottom, right = top + stride * blocks.height, left + stride * blocks.width
        return pairs[top:bottom:stride, left:right:stride]

    middle = 2 * at(0, 0)
    for down, across in _STEPS:
        yield blocks.energy(middle - at(-down, -across) - at(down, across))


def _diagonal(plane, blocks):
    """Immerkær's difference of two Laplacians at every second pixel: blind to straight edges."""
    down = plane[2:-2:2] + plane[4::2] - 2 * plane[3:-1:2]
    across = down[:, 2:-2:2] + down[:, 4::2] - 2 * down[:, 3:-1:2]
    return across[: blocks.height, : blocks.width]


def exposure(picture: Image.Image, box: tuple[int, int, int, int]) -> float:
    """The signed share of the colour in `box` that is clipped: > 0 blown out, < 0 lost in black.

    Blown out: the mean over the channels of the share at the end of the scale (skin loses red
    first: a third), and white beyond half of the box; less white is gauze, paper or gloss.
    Lost: the share so dark that single codes show as steps (`DARK`) of the brighter half; a
    dermoscope's surround or a black drape may fill the other.
    """
    size = min(240, box[2] - box[0]), min(240, box[3] - box[1])
    pixels = np.asarray(picture.resize(size, Image.Resampling.NEAREST, box=box))
    red, green, blue = (pixels[..., channel] for channel in range(3))
    white = (red >= FULL) & (green >= WHITE) & (blue >= WHITE)
    clipped = sum(np.count_nonzero((code >= FULL) & ~white) for code in (red, green, blue)) / 3
    dark = np.count_nonzero(np.maximum(np.maximum(red, green), blue) < DARK)
    half = white.size / 2
    over = clipped / white.size + max(0.0, np.count_nonzero(white) / half - 1)
    under = max(0.0, dark / half - 1)
    return float(over if over >= under else -under)
