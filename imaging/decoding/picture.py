"""One file → its facts and renditions. Everything that intake does to bytes."""

import mmap
from typing import IO, Any

import pylibmagic  # noqa: F401  (puts libmagic where python-magic finds it: first)

import magic  # isort: skip
import pillow_heif
from PIL import Image, PngImagePlugin

from imaging import colour, metadata, quality, renditions
from imaging.errors import ImageRefused

from . import Decoded, jpeg, png

pillow_heif.register_heif_opener(thumbnails=False)
Image.register_open("JPEG", jpeg.File, lambda start: start.startswith(b"\xff\xd8\xff"))
PngImagePlugin.MAX_TEXT_MEMORY = 8 * 2**20  # bytes, all text chunks unpacked; Pillow has 64 MiB

MIN_SIDE = 4  # px

# libmagic's MIME type → the format Pillow may open, our MIME type.
_TYPES = {
    "image/jpeg": ("JPEG", "image/jpeg"),
    "image/png": ("PNG", "image/png"),
    "image/apng": ("PNG", "image/png"),
    "image/vnd.mozilla.apng": ("PNG", "image/png"),
    "image/webp": ("WEBP", "image/webp"),
    "image/heic": ("HEIF", "image/heic"),
    "image/heic-sequence": ("HEIF", "image/heic"),
    "image/heif": ("HEIF", "image/heif"),
    "image/heif-sequence": ("HEIF", "image/heif"),
}


def decode(file: IO[bytes], *, max_pixels: int) -> Decoded:
    """Decode a real file (with a descriptor) once, and make its renditions.

    Raises ImageRefused with a code of SPEC §5.
    """
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        kind, mime_type = type_of(data)
        image = open_header(data, kind, max_pixels)
        size = image.size
        check_sides(size)
        try:
            shown, damaged = load(image, kind, data)
            if kind == "HEIF" and shown.size != size:  # its crop box goes past its pixels
                size = shown.size
                check_sides(size)
            facts = metadata.read(image)
            profile = colour.named(image, data) or facts.icc_profile
            picture = renditions.upright_srgb(shown, facts.orientation, profile)
        except (ImageRefused, MemoryError):
            raise
        except Exception as error:  # decoders raise anything, SyntaxError and EOFError included
            raise ImageRefused("corrupt_image") from error
        del image, shown
    width, height = reversed(size) if facts.orientation >= 5 else size
    display = renditions.display(picture)
    picture = renditions.halved(picture)
    sharpness, exposure = quality.measure(picture)
    return Decoded(
        mime_type=mime_type,
        width=width,
        height=height,
        captured_at=facts.captured_at,
        captured_offset=facts.captured_offset,
        captured_from=facts.captured_from,
        camera_model=facts.camera_model,
        front_camera=facts.front_camera,
        sharpness=sharpness,
        exposure=exposure,
        damaged=damaged,
        display=display,
        thumbnail=renditions.thumbnail(picture, renditions.thumbnail_size(width, height)),
    )


def type_of(data: bytes | mmap.mmap) -> tuple[str, str]:
    """(Pillow's format, MIME type) of the bytes. Raises ImageRefused."""
    try:
        found = _TYPES.get(magic.from_buffer(data[:4096], mime=True))
    except magic.MagicException as error:
        raise ImageRefused("unsupported_type") from error
    if found is None:
        raise ImageRefused("unsupported_type")
    return found


def open_header(data: Any, kind: str, max_pixels: int) -> Image.Image:
    """Open the header only. Pillow checks the size before it allocates a canvas (a WebP of 38 bytes
    may ask for 4 GB), and refuses more than twice its limit. Raises ImageRefused."""
    Image.MAX_IMAGE_PIXELS = max_pixels / 2  # type: ignore[assignment]
    try:
        return Image.open(data, formats=(kind,))
    except Image.DecompressionBombError as error:
        raise ImageRefused("too_many_pixels", limit=max_pixels // 1_000_000) from error
    except MemoryError:
        raise
    except Exception as error:
        raise ImageRefused("corrupt_image") from error


def check_sides(size: tuple[int, int]) -> None:
    """Raises ImageRefused for a picture too small to be one."""
    if min(size) < MIN_SIDE:
        raise ImageRefused("corrupt_image", message="too_small")


def load(
    image: Any, kind: str, data: bytes | mmap.mmap, whole: bool = False
) -> tuple[Image.Image, bool]:
    """(decoded pixels, damaged?). Of the four formats only JPEG can be read around damage, and
    decoded at display scale; with `whole`, at full size and without looking for damage."""
    if kind == "JPEG":
        return (jpeg.whole(image, data), False) if whole else jpeg.decode(image, data)
    if kind == "WEBP":
        return _webp(image), False
    if kind == "PNG":
        return png.load(image, data, whole), False
    image.load()
    return image, False


def _webp(image: Any) -> Image.Image:
    """The first frame in the decoder's own memory. Pillow's load() copies it while keeping the
    decoder's two canvases: a gigabyte for 64 megapixels."""
    pixels, *_rest = image._get_next()
    image._decoder = None
    mode = "RGBA" if image.mode == "RGBA" else "RGBX"
    return Image.frombuffer(mode, image.size, pixels, "raw", mode, 0, 1)
