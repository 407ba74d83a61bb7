"""Photographs spoilt in known steps: out of focus, shaken, noisy, squeezed, too bright or too dark.

Light is added up before the camera's curve, so blur and exposure work on linear light. A
photograph is an array (height, width, 3), float32, linear light, 1 where the sensor is full.
"""

import io

import numpy as np
from PIL import Image

DETAIL = 1 / 6  # cycles per px at a long edge of 960 px: lines 3 px wide
_SIDE, _FINE = 41, 8  # px of a kernel, samples per px


def light(picture: Image.Image) -> np.ndarray:
    """The linear light of an sRGB picture."""
    code = np.arange(256, dtype=np.float32) / 255
    table = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)
    return table.astype(np.float32)[np.asarray(picture)]


def picture(linear: np.ndarray, *, noise=0.0, jpeg=None, seed=0) -> Image.Image:
    """What a camera makes of the light: sRGB, clipped, sensor `noise` in codes, `jpeg` quality."""
    linear = np.clip(linear, 0, 1)
    code = np.where(
        linear <= 0.0031308, linear * 12.92, 1.055 * linear ** np.float32(1 / 2.4) - 0.055
    )
    code = code * np.float32(255)
    if noise:
        rng = np.random.default_rng(seed)
        code += np.float32(noise) * rng.standard_normal(code.shape, dtype=np.float32)
    made = Image.fromarray(np.clip(np.rint(code), 0, 255).astype(np.uint8))
    if jpeg is None:
        return made
    out = io.BytesIO()
    made.save(out, "JPEG", quality=jpeg)
    return Image.open(out).convert("RGB")


def gaussian(sigma):
    """A kernel; `sigma` in px."""
    x, y = _grid()
    return _kernel(np.exp(-(x * x + y * y) / (2 * sigma * sigma)))


def disc(radius):
    """Defocus of an open lens; `radius` in px."""
    x, y = _grid()
    return _kernel(x * x + y * y <= radius * radius)


def shake(length, degrees=0):
    """A hand that moves by `length` px while the shutter is open."""
    x, y = _grid()
    angle = np.deg2rad(degrees)
    along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    return _kernel((np.abs(along) <= length / 2) & (np.abs(across) <= 0.5))


def _grid():
    x = (np.arange(_SIDE * _FINE) + 0.5) / _FINE - _SIDE / 2
    return x[None, :], x[:, None]


def _kernel(fine):
    kernel = fine.astype(float).reshape(_SIDE, _FINE, _SIDE, _FINE).sum(axis=(1, 3))
    return kernel / kernel.sum()


def kept(kernel, frequency=DETAIL):
    """The contrast that a kernel leaves at `frequency`, 0..1, in its worst direction (MTF)."""
    if kernel is None:
        return 1.0
    x = np.arange(_SIDE) - _SIDE // 2
    angles = np.linspace(0, np.pi, 36, endpoint=False)
    waves = (
        np.exp(-2j * np.pi * frequency * (x * np.cos(a) + x[:, None] * np.sin(a))) for a in angles
    )
    return float(min(abs((kernel * wave).sum()) for wave in waves))


def blurred(linear, kernel):
    """The light through `kernel`; None leaves it as it is."""
    if kernel is None:
        return linear
    edge = _SIDE // 2
    padded = np.pad(linear, ((edge, edge), (edge, edge), (0, 0)), mode="reflect")
    height, width = padded.shape[:2]
    plane = np.zeros((height, width), np.float32)
    plane[:_SIDE, :_SIDE] = kernel
    spread = np.fft.rfft2(np.roll(plane, (-edge, -edge), axis=(0, 1)))
    out = np.empty_like(linear)
    for channel in range(3):
        seen = np.fft.irfft2(np.fft.rfft2(padded[..., channel]) * spread, s=(height, width))
        out[..., channel] = seen[edge:-edge, edge:-edge]
    return out


def enlarged(linear, factor):
    """As from a source with so many times fewer pixels, enlarged again by a viewer."""
    planes = []
    for channel in range(3):
        plane = Image.fromarray(linear[..., channel])
        planes.append(plane.reduce(factor).resize(plane.size, Image.Resampling.BICUBIC))
    return np.clip(np.stack(planes, axis=-1), 0, None)


def glare(linear, share):
    """A reflection of the flash amid the picture, white over about `share` of its middle."""
    x, y = _place(linear)
    radius = np.sqrt(share * (4 / 9) * linear.shape[0] * linear.shape[1] / np.pi)
    away = np.sqrt(x * x + y * y) / radius
    return linear + 2.0 * np.exp(-np.log(2) * away[..., None] ** 6).astype(np.float32)


def gauze(linear, share):
    """White cloth over `share` of the middle, from the left, its weave lost in white."""
    out = linear.copy()
    width = linear.shape[1]
    out[:, : round(width / 6 + share * width * 2 / 3)] = 1.05
    return out


def lesion_alone(linear, kernel, radius):
    """Sharp within `radius` (a share of the short side) of the middle, through `kernel` around."""
    x, y = _place(linear)
    away = np.sqrt(x * x + y * y) / (radius * min(linear.shape[:2]))
    sharp = np.clip(4 * (1 - away) + 0.5, 0, 1)[..., None].astype(np.float32)
    return linear * sharp + blurred(linear, kernel) * (1 - sharp)


def _place(linear):
    height, width = linear.shape[:2]
    return np.arange(width)[None, :] - width / 2, np.arange(height)[:, None] - height / 2


def colour_lost(linear, subject):
    """The share of colour that no camera's file would hold, 0..1, of `subject` (height, width).

    Mean over the channels of what is beyond white; or, of the brighter half (a lesion may be
    black), what is so dark that one sRGB code is a step of over 4 % in light; whichever is more.
    """
    pixels = linear[subject]
    dark = light(Image.new("RGB", (1, 1), (46, 46, 46)))[0, 0, 0]
    lost = float(np.mean(pixels.max(axis=1) < dark))
    return max(float(np.mean(pixels >= 0.999)), 2 * max(0.0, lost - 0.5))
