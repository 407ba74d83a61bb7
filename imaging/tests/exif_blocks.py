"""EXIF blocks that no library writes: any type, any count, duplicate tags."""

import io
import struct

from PIL import Image

BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, SIGNED, FLOAT, DOUBLE = 1, 2, 3, 4, 5, 7, 8, 11, 12
FORMATS = {BYTE: "B", SHORT: "H", LONG: "I", RATIONAL: "II", SIGNED: "h", FLOAT: "f", DOUBLE: "d"}


def entry(tag, kind, *values):
    """(tag, type, count, bytes), little-endian; `values` are one text, or numbers."""
    if kind in (ASCII, UNDEFINED):
        (data,) = values
        return tag, kind, len(data), data
    format_ = FORMATS[kind]
    data = struct.pack("<" + format_ * (len(values) // len(format_)), *values)
    return tag, kind, len(values) // len(format_), data


def block(main=(), exif=()):
    """A TIFF block with these entries in its main and EXIF directories."""
    pointers = 1 if exif else 0
    exif_offset = 8 + 2 + 12 * (len(main) + pointers) + 4
    # Values longer than four bytes follow the directories.
    values_offset = exif_offset + (2 + 12 * len(exif) + 4 if exif else 0)
    values = b""

    def directory(entries):
        nonlocal values
        out = struct.pack("<H", len(entries))
        for tag, kind, count, data in entries:
            field = data.ljust(4, b"\0")
            if len(data) > 4:
                field = struct.pack("<I", values_offset + len(values))
                values += data
            out += struct.pack("<HHI", tag, kind, count) + field
        return out + bytes(4)

    out = directory([*main, *([entry(0x8769, LONG, exif_offset)] if exif else [])])
    if exif:
        out += directory(exif)
    return b"II*\0" + struct.pack("<I", 8) + out + values


def jpeg(main=(), exif=(), size=(40, 30)):
    out = io.BytesIO()
    Image.new("RGB", size, "tan").save(out, "JPEG", exif=b"Exif\0\0" + block(main, exif))
    return out.getvalue()
