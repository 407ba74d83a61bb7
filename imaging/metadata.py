"""What the camera wrote into the file. Nothing here raises: a broken block counts as empty."""

import logging
import numbers
import re
import struct
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from django.utils import timezone as django_timezone
from PIL import ExifTags, Image, TiffTags

logger = logging.getLogger(__name__)

_DATE = re.compile(r"\d{4}:\d\d:\d\d \d\d:\d\d:\d\d", re.ASCII)
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)", re.ASCII)
# Any other year is a camera's unset clock. Near the limits of datetime a date cannot be converted
# between time zones, and one such photograph would break every page that shows it.
YEARS = range(1912, 9000)
# When the shutter was released; when it was scanned; when a program last wrote the file.
SOURCES = ("original", "digitized", "file")
CAMERA_LENGTH = 100
_FRONT = re.compile(r"\b(front|truedepth|selfie)\b", re.IGNORECASE)
_ORIENTATIONS = {str(number): number for number in range(1, 9)}
# No camera writes larger blocks: those are there to be slow.
_MAX_EXIF, _MAX_PROFILE = 2**20, 4 * 2**20  # bytes


@dataclass(frozen=True, slots=True)
class Metadata:
    """`captured_at` is aware or None; `captured_offset` the minutes from UTC that the camera wrote,
    or None (its clock is then assumed to be the practice's); `captured_from` one of SOURCES, or "";
    `front_camera`: as far as the lens says so; `orientation` is 1–8 as in EXIF, `icc_profile` raw
    bytes."""

    captured_at: datetime | None = None
    captured_offset: int | None = None
    captured_from: str = ""
    camera_model: str = ""
    front_camera: bool = False
    orientation: int = 1
    icc_profile: bytes | None = None


def read(image: Image.Image) -> Metadata:
    """The metadata of an open image. Call it after `load()`: a PNG's EXIF may come last."""
    main: dict[int, Any] = {}
    exif: dict[int, Any] = {}
    try:
        raw = _exif_bytes(image)[:_MAX_EXIF]
        block = Image.Exif()
        block.load(raw)
        main = dict(block)
        exif = dict(block.get_ifd(ExifTags.IFD.Exif))
        if _has_several_values(raw, ExifTags.Base.Orientation):
            main.pop(ExifTags.Base.Orientation, None)
    except Exception as error:  # decoders raise anything for a broken block
        logger.info("unreadable EXIF: %s", type(error).__name__)
    captured_at, captured_offset, captured_from = _capture_date(main, exif)
    return Metadata(
        captured_at=captured_at,
        captured_offset=captured_offset,
        captured_from=captured_from,
        camera_model=_camera_model(main.get(ExifTags.Base.Make), main.get(ExifTags.Base.Model)),
        front_camera=_is_front_camera(exif.get(ExifTags.Base.LensModel)),
        orientation=_orientation(main.get(ExifTags.Base.Orientation)),
        icc_profile=_profile(image.info.get("icc_profile")),
    )


def _exif_bytes(image: Image.Image) -> bytes:
    """The raw block. Not `getexif()`: it takes an orientation from XMP, which no browser does, and
    fails on ImageMagick's hexadecimal block in a PNG when a byte follows it."""
    if raw := image.info.get("exif"):
        return raw
    if text := image.info.get("Raw profile type exif"):
        _name, length, *lines = text.split("\n")[1:]
        return bytes.fromhex("".join(lines)[: 2 * int(length)])
    return b""


def _profile(value: object) -> bytes | None:
    return value if isinstance(value, bytes) and 0 < len(value) <= _MAX_PROFILE else None


def clean_text(value: object, length: int) -> str:
    """One line of printable text, at most `length` characters: no control, bidi or lone-surrogate
    characters, trimmed; "" for what is neither text nor bytes."""
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


def _capture_date(
    main: dict[int, Any], exif: dict[int, Any]
) -> tuple[datetime | None, int | None, str]:
    """(date, minutes from UTC, one of SOURCES): the best date available."""
    tags = ExifTags.Base
    # Some writers put the camera's dates into the main block.
    original = exif.get(tags.DateTimeOriginal) or main.get(tags.DateTimeOriginal)
    digitized = exif.get(tags.DateTimeDigitized) or main.get(tags.DateTimeDigitized)
    candidates = (
        (original, exif.get(tags.OffsetTimeOriginal)),
        (digitized, exif.get(tags.OffsetTimeDigitized)),
        (main.get(tags.DateTime), exif.get(tags.OffsetTime)),
    )
    for source, (date, offset) in zip(SOURCES, candidates, strict=True):
        if parsed := _parse_date(_ascii_text(date), _ascii_text(offset)):
            return *parsed, source
    return None, None, ""


def _parse_date(text: str, offset: str) -> tuple[datetime, int | None] | None:
    """(aware date, minutes from UTC or None) of a date in EXIF's format; None if it is invalid."""
    if not _DATE.fullmatch(text):
        return None
    try:
        local = datetime.strptime(text, "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None
    if local.year not in YEARS:
        return None
    if match := _OFFSET.fullmatch(offset):
        sign, hours, minutes = match.groups()
        shift = timedelta(hours=int(hours), minutes=int(minutes))
        if shift <= timedelta(hours=14):
            shift = -shift if sign == "-" else shift
            return local.replace(tzinfo=timezone(shift)), int(shift.total_seconds() // 60)
    # Without an offset, the camera is assumed to be set to the practice's time zone.
    return local.replace(tzinfo=django_timezone.get_default_timezone()), None


def _ascii_text(value: object) -> str:
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    return value.strip("\0 \t\r\n") if isinstance(value, str) else ""


def _camera_model(make: object, model: object) -> str:
    """ "Canon EOS 5D", not "Canon Canon EOS 5D"."""
    brand, name = clean_text(make, CAMERA_LENGTH), clean_text(model, CAMERA_LENGTH)
    if brand and name.casefold().startswith(brand.split()[0].casefold()):
        brand = ""
    return f"{brand} {name}".strip()[:CAMERA_LENGTH]


def _is_front_camera(lens: object) -> bool:
    """Whether the lens is that of a phone's front camera, whose pictures some programs store
    mirrored: "iPhone 15 Pro front TrueDepth camera 2.69mm f/1.9", "Pixel 7 front camera …"."""
    return bool(_FRONT.search(clean_text(lens, CAMERA_LENGTH)))


def _has_several_values(raw: bytes, tag: int) -> bool:
    """Whether the main directory has more than one number under a tag, of which Pillow only gives
    the first."""
    raw = re.sub(b"^(Exif\0\0){1,2}", b"", raw)  # as Pillow does
    order = "<" if raw.startswith(b"II") else ">"
    (directory,) = struct.unpack_from(f"{order}I", raw, 4)
    (entries,) = struct.unpack_from(f"{order}H", raw, directory)
    for entry in range(entries):
        entry_tag, kind, count = struct.unpack_from(f"{order}HHI", raw, directory + 2 + 12 * entry)
        if entry_tag == tag:
            return kind != TiffTags.ASCII and count > 1
    return False


def _orientation(value: Any) -> int:
    """As exiftool reads it: one number of any type, or its digit as text; the first of a repeated
    tag. Anything else, several numbers in one tag included, means upright."""
    if isinstance(value, bytes) and len(value) == 1:
        value = value[0]
    if isinstance(value, str):
        value = _ORIENTATIONS.get(value.split("\0")[0])
    if isinstance(value, numbers.Real) and value in range(1, 9):
        return int(value)  # type: ignore[call-overload]
    return 1
