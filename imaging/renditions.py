"""How a picture looks on screen: upright, in sRGB, at display and thumbnail size.

Renditions carry pixels only: no EXIF, no GPS, no profile (sRGB is what a browser assumes).
"""

import io
from functools import lru_cache

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


def reduction(size: tuple[int, int]) -> int:
    """The power of two (1–8) by which a picture shrinks and keeps a long edge ≥ 1920 px."""
    return next(k for k in (8, 4, 2, 1) if k == 1 or max(size) // k >= DISPLAY_MIN)


def draft_box(size):
    """For `Image.draft`: the exact box, since a square one is defeated by the short edge."""
    k = reduction(size)
    return max(1, size[0] // k), max(1, size[1] // k)


def upright_srgb(image: Image.Image, orientation: int, icc_profile: bytes | None) -> Image.Image:
    """Display pixels of a decoded image: RGB (or RGBX), sRGB, oriented, alpha on white, reduced."""
    image = eight_bits(image)
    k = reduction(image.size)
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


def eight_bits(image: Image.Image) -> Image.Image:
    """A decoded image with eight bits a sample, its mode otherwise kept."""
    if image.mode.startswith("I"):
        # Pillow's convert() clips 16 bits at 255, and a grey picture turns white.
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.mode in ("1", "F"):
        return image.convert("L")
    return image


def _flatten(image):
    if image.mode not in ("RGBA", "LA", "La", "RGBa"):
        return image
    grey = image.mode in ("LA", "La")  # stays grey: its profile is one for grey
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
        image = image.convert("RGB")  # colour was dropped, its profile was not
        transform = _transform(icc_profile, "RGB")
    if transform is not None:
        return ImageCms.applyTransform(image, transform)
    return image if image.mode == "RGBX" else image.convert("RGB")


@lru_cache(maxsize=8)  # a camera writes the same profile into every file
def _transform(icc_profile, mode):
    """From a profile to sRGB; None where there is nothing to do: the profile is sRGB itself, or
    cannot be read, or is of another colour space and says nothing."""
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
        colours = np.stack(np.meshgrid(*[np.arange(0, 256, 15, np.uint8)] * 3), axis=-1)
        probe = colours.reshape(1, -1, 3)
        found = np.asarray(ImageCms.applyTransform(Image.fromarray(probe).convert(mode), transform))
        if np.abs(found.astype(int) - probe).max() <= 1:
            return None
    return transform


def display(picture: Image.Image) -> bytes:
    """The display rendition as JPEG: colour at full resolution, since colour is evidence.

    Quality 94, not 90: it gives back, for a third more bytes and hardly any time, what the
    reduction in the decoder is short of a Lanczos filter (`script/bench intake`, fidelity).
    """
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=94, subsampling=0)
    return out.getvalue()


def halved(picture: Image.Image) -> Image.Image:
    """A large picture at half its size or less: what thumbnail and sharpness are made from."""
    k = max(picture.size) // HALVED_MIN
    return (picture.reduce(k) if k > 1 else picture).convert("RGB")


def thumbnail_size(width: int, height: int) -> tuple[int, int]:
    """The size that a picture of this size has as a thumbnail, to a pixel."""
    scale = min(1, THUMBNAIL_BOX[0] / width, THUMBNAIL_BOX[1] / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


class Resize:
    """ImageKit processor: to this very size, never cropped."""

    def __init__(self, size):
        self.size = size

    def process(self, image):
        return image.resize(self.size, Image.Resampling.LANCZOS, reducing_gap=1.5)


class Thumbnail(ImageSpec):
    """ImageKit's spec of the thumbnail; its source is the decoded picture, not a file."""

    format = "WEBP"
    # Method 2 of 6 at 88: no less true than method 4 at 85, in half the time.
    options = {"quality": 88, "method": 2}

    def __init__(self, source, size):
        super().__init__(source)
        self.processors = [Resize(size)]

    def generate(self):
        return process_image(
            self.source, self.processors, self.format, autoconvert=False, options=self.options
        )


def thumbnail(picture: Image.Image, size: tuple[int, int]) -> bytes:
    """The thumbnail as WebP of `size` px (`thumbnail_size` of the whole picture)."""
    return Thumbnail(picture, size).generate().read()
