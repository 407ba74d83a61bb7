"""Bytes in, photograph out: type by content, limits, one full decode, coded refusals.

    photo = intake.read(upload)      # or ImageRefused, and then nothing was kept

A JPEG is decoded once, at the DCT scale that leaves the long edge at 1920 px or a little more.
That pass reads every byte of the entropy-coded data, so it is the validation too, and its pixels
are the display rendition.
"""

import hashlib
import io
import re
from dataclasses import dataclass
from datetime import datetime

import pylibmagic  # noqa: F401  (puts libmagic where python-magic finds it: first)

import magic  # isort: skip
import pillow_heif
from django.conf import settings
from PIL import Image

from . import metadata, quality, renditions
from .errors import ImageRefused
from .templatetags.units import file_size

pillow_heif.register_heif_opener(thumbnails=False)
Image.MAX_IMAGE_PIXELS = None  # our own limit is on the header, before anything is decoded

MIN_SIDE = 4  # px
MAX_JPEG_SCANS = 100  # a camera writes ten at most; each costs a pass over the whole picture
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)  # not a stuffed byte, not a restart

# What libmagic says → what Pillow may open, what we call it, its extension.
_TYPES = {
    "image/jpeg": ("JPEG", "image/jpeg", "jpg"),
    "image/png": ("PNG", "image/png", "png"),
    "image/apng": ("PNG", "image/png", "png"),
    "image/vnd.mozilla.apng": ("PNG", "image/png", "png"),
    "image/webp": ("WEBP", "image/webp", "webp"),
    "image/heic": ("HEIF", "image/heic", "heic"),
    "image/heic-sequence": ("HEIF", "image/heic", "heic"),
    "image/heif": ("HEIF", "image/heif", "heif"),
    "image/heif-sequence": ("HEIF", "image/heif", "heif"),
}


@dataclass(frozen=True, slots=True)
class Photo:
    """A file that passed. `width` × `height` px upright; `picture` is RGB, sRGB, upright, with a
    long edge of 1920 to 3840 px where the file has it; `original` the bytes as received."""

    original: bytes
    sha256: str
    mime_type: str
    extension: str
    width: int
    height: int
    captured_at: datetime | None
    captured_offset: int | None
    camera_model: str
    sharpness: float
    exposure: float
    picture: Image.Image


def read(upload) -> Photo:
    """Check and decode one uploaded file (a Django `File`, or None).

    Raises ImageRefused with a code of SPEC §5; reads at most MAX_UPLOAD_SIZE + 1 bytes.
    """
    data = _receive(upload)
    kind, mime_type, extension = _type_of(data)
    image = _open(data, kind)
    size = image.size
    _check_size(size)
    try:
        if kind == "JPEG":
            if _scans(data) > MAX_JPEG_SCANS:
                raise ImageRefused("corrupt_image")
            image.draft(image.mode, renditions.draft_box(size))
        image.load()
    except ImageRefused:
        raise
    except Exception as error:  # decoders raise anything, SyntaxError and EOFError included
        raise ImageRefused("corrupt_image") from error
    facts = metadata.read(image)
    try:
        picture = renditions.upright_srgb(image, facts.orientation, facts.icc_profile)
    except Exception as error:
        raise ImageRefused("corrupt_image") from error
    width, height = reversed(size) if facts.orientation >= 5 else size
    sharpness, exposure = quality.measure(picture)
    return Photo(
        original=data,
        sha256=hashlib.sha256(data).hexdigest(),
        mime_type=mime_type,
        extension=extension,
        width=width,
        height=height,
        captured_at=facts.captured_at,
        captured_offset=facts.captured_offset,
        camera_model=facts.camera_model,
        sharpness=sharpness,
        exposure=exposure,
        picture=picture,
    )


def _receive(upload):
    if upload is None:
        raise ImageRefused("missing_file")
    limit = settings.MAX_UPLOAD_SIZE
    if upload.size > limit:
        raise ImageRefused("file_too_large", limit=file_size(limit))
    upload.seek(0)
    data = upload.read(limit + 1)
    if not data:
        raise ImageRefused("empty_file")
    if len(data) > limit:
        raise ImageRefused("file_too_large", limit=file_size(limit))
    return data


def _type_of(data):
    found = _TYPES.get(magic.from_buffer(data[:4096], mime=True))
    if found is None:
        raise ImageRefused("unsupported_type")
    return found


def _open(data, kind):
    try:
        return Image.open(io.BytesIO(data), formats=(kind,))
    except Exception as error:
        raise ImageRefused("corrupt_image") from error


def _scans(data):
    """Scans of a JPEG's first picture: what follows it (a motion photo's film) does not count."""
    count, at = 0, 2
    while count <= MAX_JPEG_SCANS and (marker := _MARKER.search(data, at)):
        kind, at = marker[0][1], marker.end()
        if kind == 0xD9:  # end of the picture
            break
        count += kind == 0xDA
        if kind not in (0x01, 0xD8):  # those two stand alone; the others tell their length
            at += int.from_bytes(data[at : at + 2])
    return count


def _check_size(size):
    if min(size) < MIN_SIDE:
        raise ImageRefused("corrupt_image", message="too_small")
    if size[0] * size[1] > settings.MAX_IMAGE_PIXELS:
        raise ImageRefused("too_many_pixels", limit=settings.MAX_IMAGE_PIXELS // 1_000_000)
