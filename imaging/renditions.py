"""Renditions of a picture for the screen: upright, in sRGB, at display and thumbnail size.

They contain pixels only: no EXIF, no GPS, no profile (browsers assume sRGB).
"""

import io
from functools import lru_cache
from typing import Any

import numpy as np
from imagekit import ImageSpec
from imagekit.utils import process_image
from PIL import Image, ImageCms

DISPLAY_MIN, DISPLAY_MAX = 1920, 3840  # px, long edge
THUMBNAIL_BOX = (300, 300)  # px
HALVED_MIN = 960  # px, long edge

_SRGB = ImageCms.createProfile("sRGB")
_TRANSPOSE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def reduction_factor(size: tuple[int, int]) -> int:
    """The largest power of two (1–8) by which a picture can shrink with a long edge ≥ 1920 px."""
    return next(k for k in (8, 4, 2, 1) if k == 1 or max(size) // k >= DISPLAY_MIN)


def draft_box(size: tuple[int, int]) -> tuple[int, int]:
    """(width, height) for `Image.draft`: exact, since the short edge would defeat a square."""
    k = reduction_factor(size)
    return max(1, size[0] // k), max(1, size[1] // k)


def upright_srgb(image: Image.Image, orientation: int, icc_profile: bytes | None) -> Image.Image:
    """Display pixels of a decoded image: RGB (or RGBX), sRGB, oriented, alpha on white, reduced."""
    image = to_eight_bits(image)
    k = reduction_factor(image.size)
    if image.mode in ("P", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
    if k > 1:
        image = image.reduce(k)
    if max(image.size) > DISPLAY_MAX:
        image.thumbnail((DISPLAY_MAX, DISPLAY_MAX), Image.Resampling.LANCZOS, reducing_gap=2)
    image = to_srgb(_flatten(image), icc_profile)
    if orientation in _TRANSPOSE:
        image = image.transpose(_TRANSPOSE[orientation])
    image.info = {}
    return image


def to_eight_bits(image: Image.Image) -> Image.Image:
    """A decoded image with eight bits a sample, its mode otherwise kept."""
    if image.mode.startswith("I"):
        # Pillow's convert() clips 16 bits at 255, and a grey picture turns white.
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode in ("1", "F"):
        return image.convert("L")
    return image


def _flatten(image: Image.Image) -> Image.Image:
    if image.mode not in ("RGBA", "LA", "La", "RGBa"):
        return image
    grey = image.mode in ("LA", "La")  # stays grey, since its profile is for grey
    image = image.convert("RGBA")
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white.getchannel("R") if grey else white


def to_srgb(image: Image.Image, icc_profile: bytes | None) -> Image.Image:
    """RGB or RGBX in sRGB, of an image of eight bits a sample without alpha."""
    if image.mode not in ("L", "RGB", "RGBX", "CMYK"):
        image = image.convert("RGB")
    transform = _transform(icc_profile, image.mode) if icc_profile else None
    if transform is None and icc_profile and image.mode == "L":
        image = image.convert("RGB")  # colours were dropped, their profile was not
        transform = _transform(icc_profile, "RGB")
    if transform is not None:
        return _applied(transform, image)
    return image if image.mode == "RGBX" else image.convert("RGB")


def _applied(transform: ImageCms.ImageCmsTransform, image: Image.Image) -> Image.Image:
    result = ImageCms.applyTransform(image, transform)
    assert result is not None  # noqa: S101  (only None in place)
    return result


@lru_cache(maxsize=8)  # a camera writes the same profile into every file
def _transform(icc_profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """From a profile to sRGB; None where the profile is sRGB itself, cannot be read, or is for
    another colour space."""
    try:
        transform = ImageCms.buildTransform(
            ImageCms.ImageCmsProfile(io.BytesIO(icc_profile)),
            _SRGB,
            mode,
            "RGB",
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None
    if mode in ("RGB", "RGBX"):
        colours = np.stack(np.meshgrid(*[np.arange(0, 256, 15, dtype=np.uint8)] * 3), axis=-1)
        probe = colours.reshape(1, -1, 3)
        result = np.asarray(_applied(transform, Image.fromarray(probe).convert(mode)))
        if np.abs(result.astype(int) - probe).max() <= 1:
            return None
    return transform


def display(picture: Image.Image) -> bytes:
    """The display rendition as JPEG, without chroma subsampling: colour is evidence.

    Quality 94, not 90: for a third more bytes and hardly any time it makes up for what the
    reduction in the decoder loses against a Lanczos filter (`script/bench intake`, fidelity).
    """
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=94, subsampling=0)
    return out.getvalue()


def halved(picture: Image.Image) -> Image.Image:
    """A large picture at half its size or less, RGB: the input of thumbnail and sharpness."""
    k = max(picture.size) // HALVED_MIN
    return (picture.reduce(k) if k > 1 else picture).convert("RGB")


def thumbnail_size(width: int, height: int) -> tuple[int, int]:
    """(width, height) in px of the thumbnail of a picture of this size."""
    scale = min(1, THUMBNAIL_BOX[0] / width, THUMBNAIL_BOX[1] / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


class Resize:
    """ImageKit processor: resize to exactly this size, without cropping."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = size

    def process(self, image: Image.Image) -> Image.Image:
        return image.resize(self.size, Image.Resampling.LANCZOS, reducing_gap=1.5)


class Thumbnail(ImageSpec):
    """ImageKit's spec of the thumbnail; its source is the decoded picture, not a file."""

    format = "WEBP"
    # Method 2 of 6 at quality 88: as faithful as method 4 at 85, in half the time.
    options = {"quality": 88, "method": 2}

    def __init__(self, source: Image.Image, size: tuple[int, int]) -> None:
        super().__init__(source)
        self.processors = [Resize(size)]

    def generate(self) -> Any:
        return process_image(
            self.source, self.processors, self.format, autoconvert=False, options=self.options
        )


def thumbnail(picture: Image.Image, size: tuple[int, int]) -> bytes:
    """The thumbnail as WebP of `size` px (`thumbnail_size` of the original)."""
    return Thumbnail(picture, size).generate().read()
