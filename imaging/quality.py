"""Measures sharpness and exposure, so that a bad photograph is noticed during the visit.

`script/bench quality` derives the thresholds from drawn skin degraded in known steps
(docs/quality.md), and fails when they differ from those here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import gettext_lazy as _
from PIL import Image

MEASURED_LONG_EDGE = 960  # px: sharpness is compared at one scale for all cameras
BLURRED, SOFT = 0.58, 0.65  # sharpness below which a picture is poor, or acceptable
MAX_SHARPNESS = 4.0  # more of the finest detail is a pattern, not a photograph
CLIPPED_POOR, CLIPPED_ACCEPTABLE = 0.15, 0.05  # share of clipped pixels above which it is

REASONS = {
    "blurred": _("Blurred"),
    "soft": _("Slightly blurred"),
    "overexposed": _("Overexposed"),
    "underexposed": _("Underexposed"),
    "damaged": _("Damaged file"),
}

FULL = 250  # sRGB code of a clipped channel
WHITE = 235  # where red is clipped: code of the other two channels above which it is white
DARK = 46  # sRGB code below which one code is a step of over 4 % in light: 2.4 / (code + 14)
SURROUND = 16  # maximum luma of a dermoscope's black surround, with noise and compression

_BLOCK = 16  # samples a side: 32 px
_STEPS = ((0, 3), (3, 0), (2, 2), (2, -2))  # px: across, down, both diagonals
# Energy in a band of noise of variance 1; the fine one (24 on average) with a margin for its spread
# between blocks, since the sharpest blocks are used.
_NOISE_FINE, _NOISE_COARSE = 28, 6
_FAINT = 150  # energy of a pattern of 1.4 grey levels: anything fainter proves nothing
_SHARPEST = 0.95  # the quantile of the blocks that represents the picture


@dataclass(frozen=True, slots=True)
class Verdict:
    """`level` is good, acceptable or poor; `codes` say why it is not good."""

    level: str
    codes: tuple[str, ...]

    @property
    def reasons(self) -> list[Any]:
        """The codes as text for a person (lazy translations)."""
        return [REASONS[code] for code in self.codes]

    @classmethod
    def of(
        cls, sharpness: float | None, exposure: float | None, *, damaged: bool = False
    ) -> "Verdict | None":
        """The verdict on the two values of `measure`, or None where they are missing."""
        if sharpness is None or exposure is None:
            return None
        poor: list[str] = ["damaged"] if damaged else []
        fair: list[str] = []
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

    Both use the middle two thirds of the frame in each direction. Sharpness is measured at a long
    edge of `MEASURED_LONG_EDGE` px, or at its own size where that is smaller: it is judged by its
    own pixels. Does not raise for a picture.
    """
    width, height = picture.size
    box = (width // 6, height // 6, width - width // 6, height - height // 6)
    return sharpness(_luma(picture, box)), exposure(picture, box)


def _luma(picture: Image.Image, box: tuple[int, int, int, int]) -> np.ndarray:
    """The picture within `box` in grey, at the scale of `MEASURED_LONG_EDGE`; uint8 (h, w)."""
    grey = picture.crop(box).convert("L")
    factor: float = max(picture.size) / MEASURED_LONG_EDGE
    if factor >= 2:
        grey = grey.reduce(int(factor))
        factor /= int(factor)
    if factor > 1.001:
        size = max(1, round(grey.width / factor)), max(1, round(grey.height / factor))
        grey = grey.resize(size, Image.Resampling.BILINEAR)
    return np.asarray(grey)


def sharpness(luma: np.ndarray) -> float:
    """How strong the finest detail is relative to detail twice as coarse; luma uint8 (h, w).

    The ratio of amplitudes in the bands of 6 px and of 12 px a period, in blocks of 32 px: of the
    direction with least fine detail (a shaken hand blurs only one) to the mean of all, in the
    sharpest blocks (the lesion may be sharp and its surroundings out of focus). A ratio is
    independent of contrast, so plain skin in focus counts as sharp. The picture's own noise is
    estimated (Immerkær, Fast noise variance estimation, CVIU 64, 1996) and subtracted: it would
    pass for detail. From 0 to `MAX_SHARPNESS`; 0 where there is no detail, or no room for any
    (less than about 100 px a side of the whole picture).
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
    # The edge of a surround or of overexposed cloth is sharp in any picture, a hair or gloss is
    # not: only blocks covered completely count.
    flat = blocks.covered(inner <= SURROUND) | blocks.covered(inner >= FULL)
    usable = ~blocks.touching(flat)
    if usable.sum() * 8 < usable.size:
        usable[:] = True
    bands = bands[:, usable]
    detail = bands[:4] - _NOISE_FINE * noise
    base = np.maximum(bands[4:].mean(axis=0), _NOISE_COARSE * noise) + _FAINT
    rank = int(_SHARPEST * (bands.shape[1] - 1))
    ratio = np.partition(detail / base, rank, axis=1)[:, rank].min()
    return min(MAX_SHARPNESS, float(np.sqrt(max(ratio, 0.0))))


class _Blocks:
    """A grid of blocks of `_BLOCK` × `_BLOCK` samples."""

    def __init__(self, rows: int, columns: int) -> None:
        self.rows, self.columns = rows, columns
        self.height, self.width = rows * _BLOCK, columns * _BLOCK

    def mean(self, plane: np.ndarray) -> np.ndarray:
        """Mean per block, (rows × columns,) float32. Rows first: contiguous in memory."""
        down = plane.reshape(self.rows, _BLOCK, self.width).sum(axis=1, dtype=np.float32)
        across = down.reshape(self.rows, self.columns, _BLOCK).sum(axis=2)
        return across.ravel() / _BLOCK**2

    def covered(self, marked: np.ndarray) -> np.ndarray:
        """Which blocks are marked completely, but for a pixel of noise; samples every fourth."""
        parts = marked[::4, ::4].reshape(self.rows, _BLOCK // 4, self.columns, _BLOCK // 4)
        return parts.sum(axis=(1, 3)).ravel() >= (_BLOCK // 4) ** 2 - 1

    def touching(self, marked: np.ndarray) -> np.ndarray:
        """Which blocks are marked or touch one that is: the bands extend past a block's edge."""
        grid = np.zeros((self.rows + 2, self.columns + 2), bool)
        grid[1:-1, 1:-1] = marked.reshape(self.rows, self.columns)
        grid = grid[:-2] | grid[1:-1] | grid[2:]
        return (grid[:, :-2] | grid[:, 1:-1] | grid[:, 2:]).ravel()

    def energy(self, plane: np.ndarray) -> np.ndarray:
        """Mean square per block, (rows × columns,) float32."""
        plane = plane.astype(np.float32)
        plane *= plane
        return self.mean(plane)


def _bands(plane: np.ndarray, stride: int, blocks: _Blocks) -> Iterator[np.ndarray]:
    """Energy per block of the second differences over ±3 px in four directions, every `stride` px.

    On sums of 2 × 2 px, so that the band stops short of the pixel grid, where there is only noise.
    """
    pairs = plane[:-1] + plane[1:]
    pairs = pairs[:, :-1] + pairs[:, 1:]

    def shifted(down: int, across: int) -> np.ndarray:
        top, left = 3 + down, 3 + across
        bottom, right = top + stride * blocks.height, left + stride * blocks.width
        return pairs[top:bottom:stride, left:right:stride]

    middle = 2 * shifted(0, 0)
    for down, across in _STEPS:
        yield blocks.energy(middle - shifted(-down, -across) - shifted(down, across))


def _diagonal(plane: np.ndarray, blocks: _Blocks) -> np.ndarray:
    """Immerkær's difference of two Laplacians at every second pixel: blind to straight edges."""
    down = plane[2:-2:2] + plane[4::2] - 2 * plane[3:-1:2]
    across = down[:, 2:-2:2] + down[:, 4::2] - 2 * down[:, 3:-1:2]
    return across[: blocks.height, : blocks.width]


def exposure(picture: Image.Image, box: tuple[int, int, int, int]) -> float:
    """The signed share of `box` that is clipped: > 0 overexposed, < 0 underexposed.

    Overexposed: the mean over the channels of the share at the end of the scale (skin loses red
    first: a third), plus white beyond half of the box; less white is gauze, paper or gloss.
    Underexposed: the share of the brighter half so dark that single codes are visible steps
    (`DARK`); a dermoscope's surround or a black drape may fill the other half.
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
