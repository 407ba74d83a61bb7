"""One file → all of its pixels: upright, sRGB, at full size. What a cut-out is made from."""

import mmap
import os

import numpy as np
from PIL import Image

from imaging import colour, metadata, renditions
from imaging.errors import ImageRefused

from . import picture

_STRIP = 1_000_000  # pixels converted at a time


def load(file, *, max_pixels: int) -> np.ndarray:
    """The picture in a real file (with a descriptor) as (h, w, 4) uint8: red, green, blue in
    sRGB, the file's own alpha (255 where it has none); writable, contiguous.

    A file that intake took as damaged is read as far as it goes. Raises ImageRefused.
    """
    if not os.fstat(file.fileno()).st_size:
        raise ImageRefused("empty_file")
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        kind, _mime_type = picture.type_of(data)
        image = picture.open_header(data, kind, max_pixels)
        picture.check_sides(image.size)
        try:
            shown, _damaged = picture.load(image, kind, data, whole=True)
            picture.check_sides(shown.size)
            facts = metadata.read(image)
            profile = colour.named(image, data) or facts.icc_profile
            del image
            return _upright_srgb(shown, facts.orientation, profile)
        except (ImageRefused, MemoryError):
            raise
        except Exception as error:  # decoders raise anything, SyntaxError and EOFError included
            raise ImageRefused("corrupt_image") from error


def _upright_srgb(image: Image.Image, orientation: int, icc_profile: bytes | None) -> np.ndarray:
    """In strips, each written to where it belongs: one picture in memory beside the decoder's."""
    width, height = image.size
    size = (width, height) if orientation >= 5 else (height, width)
    pixels = np.empty((*size, 4), np.uint8)
    place = _as_stored(pixels, orientation)
    rows = max(1, _STRIP // width)
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        strip = image.crop((0, top, width, bottom))
        strip, alpha = _apart(renditions.eight_bits(strip))
        place[top:bottom, :, :3] = np.asarray(renditions.to_srgb(strip, icc_profile))[..., :3]
        place[top:bottom, :, 3] = 255 if alpha is None else np.asarray(alpha)
    return pixels


def _as_stored(pixels, orientation):
    """A view of upright pixels that is indexed as the file stores them (EXIF 2.32, 4.6.4)."""
    if orientation >= 5:
        pixels = pixels.transpose(1, 0, 2)
    down = -1 if orientation in (3, 4, 6, 7) else 1
    across = -1 if orientation in (2, 3, 7, 8) else 1
    return pixels[::down, ::across]


def _apart(image):
    """(colour, alpha or None). Grey stays grey: its profile is one for grey."""
    if image.mode in ("P", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
    if image.mode not in ("RGBA", "LA", "La", "RGBa"):
        return image, None
    grey = image.mode in ("LA", "La")
    image = image.convert("RGBA")
    return image.getchannel("R") if grey else image.convert("RGB"), image.getchannel("A")
