"""One file → all of its pixels: upright, sRGB, at full size. What a cut-out is made from."""

import mmap
import os
from typing import IO

import numpy as np
from PIL import Image

from imaging import colour, metadata, renditions
from imaging.errors import ImageRefused

from . import picture

_STRIP_PIXELS = 1_000_000  # converted at a time


def load(file: IO[bytes], *, max_pixels: int) -> np.ndarray:
    """The picture in a real file (with a descriptor) as (h, w, 4) uint8: red, green, blue in
    sRGB, the file's own alpha (255 where it has none); writable, contiguous.

    A file that intake accepted as damaged is read as far as possible. Raises ImageRefused.
    """
    if not os.fstat(file.fileno()).st_size:
        raise ImageRefused("empty_file")
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        format, _mime_type = picture.type_of(data)
        image = picture.open_header(data, format, max_pixels)
        picture.check_sides(image.size)
        try:
            pixels, _damaged = picture.load(image, format, data, whole=True)
            picture.check_sides(pixels.size)
            facts = metadata.read(image)
            profile = colour.named(image, data) or facts.icc_profile
            del image
            return _upright_srgb(pixels, facts.orientation, profile)
        except (ImageRefused, MemoryError):
            raise
        except Exception as error:  # decoders raise anything, SyntaxError and EOFError included
            raise ImageRefused("corrupt_image") from error


def _upright_srgb(image: Image.Image, orientation: int, icc_profile: bytes | None) -> np.ndarray:
    """(h, w, 4) uint8. Converted in strips, each written in place: needs memory for one picture
    besides the decoder's."""
    width, height = image.size
    size = (width, height) if orientation >= 5 else (height, width)
    pixels = np.empty((*size, 4), np.uint8)
    stored = _in_stored_order(pixels, orientation)
    rows = max(1, _STRIP_PIXELS // width)
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        strip = image.crop((0, top, width, bottom))
        colours, alpha = _split_alpha(renditions.to_eight_bits(strip))
        stored[top:bottom, :, :3] = np.asarray(renditions.to_srgb(colours, icc_profile))[..., :3]
        stored[top:bottom, :, 3] = 255 if alpha is None else np.asarray(alpha)
    return pixels


def _in_stored_order(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """A view of upright pixels that is indexed as the file stores them (EXIF 2.32, 4.6.4)."""
    if orientation >= 5:
        pixels = pixels.transpose(1, 0, 2)
    down = -1 if orientation in (3, 4, 6, 7) else 1
    across = -1 if orientation in (2, 3, 7, 8) else 1
    return pixels[::down, ::across]


def _split_alpha(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """(colours, alpha or None). Grey stays grey, since its profile is for grey."""
    if image.mode in ("P", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
    if image.mode not in ("RGBA", "LA", "La", "RGBa"):
        return image, None
    grey = image.mode in ("LA", "La")
    image = image.convert("RGBA")
    return image.getchannel("R") if grey else image.convert("RGB"), image.getchannel("A")
