"""What the camera wrote into the file. Nothing here raises: a broken block is an empty one."""

import logging
import numbers
import re
import struct
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from django.utils import timezone as django_timezone
from PIL import ExifTags, Image, TiffTags

logger = logging.getLogger(__name__)

_DATE = re.compile(r"\d{4}:\d\d:\d\d \d\d:\d\d:\d\d", re.ASCII)
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)", re.ASCII)
# What is earlier or later is a camera's empty clock. Beyond, a date cannot be moved between
# zones, and one such photograph would break every page that shows it.
YEARS = range(1912, 9000)
# The shutter's date; the scanner's; that of the last program that wrote the file.
SOURCES = ("original", "digitized", "file")
CAMERA_LENGTH = 100
_TURNS = {str(turn): turn for turn in range(1, 9)}
# What no camera writes: a block of this size is there to be slow.
_MAX_EXIF, _MAX_PROFILE = 2**20, 4 * 2**20  # bytes


@dataclass(frozen=True, slots=True)
class Metadata:
    """`captured_at` is aware or None; `captured_offset` the minutes from UTC that the camera wrote
    beside it, or None (its clock is then taken for the practice's); `captured_from` which of
    SOURCES it is, or ""; `orientation` is 1–8 as in EXIF, `icc_profile` raw bytes."""

    captured_at: datetime | None = None
    captured_offset: int | None = None
    captured_from: str = ""
    camera_model: str = ""
    orientation: int = 1
    icc_profile: bytes | None = None


def read(image: Image.Image) -> Metadata:
    """The metadata of an open image. Call it after `load()`: a PNG's EXIF may come last."""
    main, exif = {}, {}
    try:
        raw = _exif_bytes(image)[:_MAX_EXIF]
        block = Image.Exif()
        block.load(raw)
        main = dict(block)
        exif = dict(block.get_ifd(ExifTags.IFD.Exif))
        if _several(raw, ExifTags.Base.Orientation):
            main.pop(ExifTags.Base.Orientation, None)
    except Exception as error:  # whatever a decoder makes of a broken block
        logger.info("unreadable EXIF: %s", type(error).__name__)
    captured_at, captured_offset, captured_from = _captured(main, exif)
    return Metadata(
        captured_at=captured_at,
        captured_offset=captured_offset,
        captured_from=captured_from,
        camera_model=_camera_model(main.get(ExifTags.Base.Make), main.get(ExifTags.Base.Model)),
        orientation=_orientation(main.get(ExifTags.Base.Orientation)),
        icc_profile=_profile(image.info.get("icc_profile")),
    )


def _exif_bytes(image):
    """The raw block. Not `getexif()`: that takes an orientation from XMP, which no browser
    does, and gives up on ImageMagick's hexadecimal block in a PNG when a byte follows it."""
    if raw := image.info.get("exif"):
        return raw
    if text := image.info.get("Raw profile type exif"):
        _name, length, *lines = text.split("\n")[1:]
        return bytes.fromhex("".join(lines)[: 2 * int(length)])
    return b""


def _profile(value):
    known = isinstance(value, bytes) and 0 < len(value) <= _MAX_PROFILE
    return value if known else None


def clean_text(value, length: int) -> str:
    """One line of printable text: no control, bidi or lone-surrogate characters, trimmed."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return ""
    value = "".join(
        " " if c.isspace() else c
        for c in value.split("\0")[0]
        if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    return " ".join(value.split())[:length].strip()


def _captured(main, exif):
    """(moment, minutes from UTC, which of SOURCES): the best date that there is."""
    tags = ExifTags.Base
    # Some writers put the camera's dates into the main block.
    original = exif.get(tags.DateTimeOriginal) or main.get(tags.DateTimeOriginal)
    digitized = exif.get(tags.DateTimeDigitized) or main.get(tags.DateTimeDigitized)
    written = (
        (original, exif.get(tags.OffsetTimeOriginal)),
        (digitized, exif.get(tags.OffsetTimeDigitized)),
        (main.get(tags.DateTime), exif.get(tags.OffsetTime)),
    )
    for source, (date, offset) in zip(SOURCES, written, strict=True):
        if found := _moment(_ascii(date), _ascii(offset)):
            return *found, source
    return None, None, ""


def _moment(text, offset):
    """(aware, minutes from UTC or None) of a date as EXIF writes it; None where it is none."""
    if not _DATE.fullmatch(text):
        return None
    try:
        local = datetime.strptime(text, "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None
    if local.year not in YEARS:
        return None
    if offset := _OFFSET.fullmatch(offset):
        sign, hours, minutes = offset.groups()
        shift = timedelta(hours=int(hours), minutes=int(minutes))
        if shift <= timedelta(hours=14):
            shift = -shift if sign == "-" else shift
            return local.replace(tzinfo=timezone(shift)), int(shift.total_seconds() // 60)
    # A camera without a zone shows the practice's clock.
    return local.replace(tzinfo=django_timezone.get_default_timezone()), None


def _ascii(value):
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    return value.strip("\0 \t\r\n") if isinstance(value, str) else ""


def _camera_model(make, model):
    """ "Canon EOS 5D", not "Canon Canon EOS 5D"."""
    make, model = clean_text(make, CAMERA_LENGTH), clean_text(model, CAMERA_LENGTH)
    if make and model.casefold().startswith(make.split()[0].casefold()):
        make = ""
    return f"{make} {model}".strip()[:CAMERA_LENGTH]


def _several(raw, tag):
    """Whether the main directory holds more than one number under a tag. Pillow knows how many
    there should be, and says the first."""
    raw = re.sub(b"^(Exif\0\0){1,2}", b"", raw)  # as Pillow does
    order = "<" if raw.startswith(b"II") else ">"
    (at,) = struct.unpack_from(f"{order}I", raw, 4)
    (entries,) = struct.unpack_from(f"{order}H", raw, at)
    for entry in range(entries):
        found, kind, count = struct.unpack_from(f"{order}HHI", raw, at + 2 + 12 * entry)
        if found == tag:
            return kind != TiffTags.ASCII and count > 1
    return False


def _orientation(value):
    """As exiftool reads it: one number of whatever type, or its digit as text; of a tag that is
    there twice, the first. What is neither turns nothing, nor do several numbers in one tag."""
    if isinstance(value, bytes) and len(value) == 1:
        value = value[0]
    if isinstance(value, str):
        value = _TURNS.get(value.split("\0")[0])
    return int(value) if isinstance(value, numbers.Real) and value in range(1, 9) else 1
