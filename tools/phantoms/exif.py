"""A drawn picture as the file a camera would have written."""

import io
import re
from datetime import datetime

import pillow_heif
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")

_TURN = Image.Transpose
# How stored pixels lie for each orientation: the inverse of what the reader does.
_STORED = {
    2: _TURN.FLIP_LEFT_RIGHT,
    3: _TURN.ROTATE_180,
    4: _TURN.FLIP_TOP_BOTTOM,
    5: _TURN.TRANSPOSE,
    6: _TURN.ROTATE_90,
    7: _TURN.TRANSVERSE,
    8: _TURN.ROTATE_270,
}
_MAKE, _MODEL, _ORIENTATION, _DATE = 0x010F, 0x0110, 0x0112, 0x0132
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
_DATE_ORIGINAL, _OFFSET, _OFFSET_ORIGINAL = 0x9003, 0x9010, 0x9011


def encode(
    picture,
    format="JPEG",
    *,
    quality=92,
    taken_at=None,
    offset=None,
    make="",
    model="",
    orientation=1,
    gps=None,
    icc_profile=None,
):
    """The bytes of an image file of `picture` (mode RGB or L).

    format: JPEG, PNG, WEBP or HEIF. quality: 1..100 (PNG is lossless and ignores it).
    taken_at: datetime -> DateTimeOriginal and DateTime; offset: "+01:00" -> OffsetTimeOriginal
    (from taken_at's own zone if it has one and none is given). gps: (latitude, longitude) in
    decimal degrees -> GPS IFD. icc_profile: bytes, embedded. With nothing to say, no EXIF is
    written. ValueError for bad arguments.

    orientation 1..8: the pixels are stored turned, so that a reader that applies the orientation
    sees `picture` upright. In HEIF, as phones write it, the turn stands in the container
    (irot/imir, which every decoder applies) and is repeated in the EXIF tag, which a reader must
    not apply again; pillow_heif hands out the upright picture and an EXIF orientation of 1.
    """
    if format not in FORMATS:
        raise ValueError(f"format must be one of {', '.join(FORMATS)}: {format!r}")
    if picture.mode not in ("RGB", "L"):
        raise ValueError(f"picture must be RGB or L: {picture.mode}")
    if not isinstance(quality, int) or not 1 <= quality <= 100:
        raise ValueError(f"quality must be 1 to 100: {quality!r}")
    exif = _exif(taken_at, offset, make, model, orientation, gps)
    stored = picture if orientation == 1 else picture.transpose(_STORED[orientation])
    options = {"exif": exif.tobytes()} if len(exif) else {}
    if icc_profile:
        options["icc_profile"] = bytes(icc_profile)
    out = io.BytesIO()
    if format == "HEIF":
        # Not register_heif_opener: Pillow's plugins are the caller's to choose. Not from_pillow:
        # it turns the pixels upright again and then still writes the turn into the container.
        file = pillow_heif.from_bytes(stored.mode, stored.size, stored.tobytes())
        file.save(out, quality=quality, **options)
    elif format == "PNG":
        stored.save(out, "PNG", compress_level=4, **options)
    else:
        stored.save(out, format, quality=quality, **options)
    return out.getvalue()


def _exif(taken_at, offset, make, model, orientation, gps):
    if orientation not in range(1, 9):
        raise ValueError(f"orientation must be 1 to 8: {orientation!r}")
    exif = Image.Exif()
    if orientation != 1:
        exif[_ORIENTATION] = orientation
    for tag, text in ((_MAKE, make), (_MODEL, model)):
        if not isinstance(text, str) or not text.isascii():
            raise ValueError(f"make and model must be ASCII text: {text!r}")
        if text:
            exif[tag] = text
    if taken_at is None:
        if offset is not None:
            raise ValueError("offset without taken_at says nothing")
    else:
        _date(exif, taken_at, offset)
    if gps is not None:
        exif.get_ifd(_GPS_IFD).update(_position(gps))
    return exif


def _date(exif, taken_at, offset):
    if not isinstance(taken_at, datetime):
        raise ValueError(f"taken_at must be a datetime: {taken_at!r}")
    if offset is None and taken_at.tzinfo is not None:
        zone = taken_at.strftime("%z")
        offset = f"{zone[:3]}:{zone[3:5]}"
    text = taken_at.strftime("%Y:%m:%d %H:%M:%S")
    exif[_DATE] = text
    detail = exif.get_ifd(_EXIF_IFD)
    detail[_DATE_ORIGINAL] = text
    if offset is not None:
        if not isinstance(offset, str) or not re.fullmatch(r"[+-](0\d|1[0-4]):[0-5]\d", offset):
            raise ValueError(f"offset must be like +01:00: {offset!r}")
        detail[_OFFSET] = detail[_OFFSET_ORIGINAL] = offset


def _position(gps):
    try:
        latitude, longitude = (float(value) for value in gps)
    except (TypeError, ValueError):
        raise ValueError(f"gps must be (latitude, longitude): {gps!r}") from None
    if not abs(latitude) <= 90 or not abs(longitude) <= 180:
        raise ValueError(f"gps out of range: {gps!r}")
    return {
        0: b"\x02\x03\x00\x00",
        1: "N" if latitude >= 0 else "S",
        2: _sexagesimal(abs(latitude)),
        3: "E" if longitude >= 0 else "W",
        4: _sexagesimal(abs(longitude)),
    }


def _sexagesimal(degrees):
    """(degrees, minutes, seconds) as EXIF rationals; a ten-thousandth of a second is 3 mm."""
    units = round(degrees * 36_000_000)
    minutes, seconds = divmod(units, 600_000)
    return (
        IFDRational(minutes // 60, 1),
        IFDRational(minutes % 60, 1),
        IFDRational(seconds, 10_000),
    )
