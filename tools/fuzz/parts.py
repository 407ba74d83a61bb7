"""A file as a list of parts that can be moved about, and the file that they make again.

A part is [kind, body]: a PNG chunk, a JPEG segment, a RIFF chunk, an ISO-BMFF box. Lengths and
check sums are mended when the file is joined, so that the decoders look past them.
"""

import struct
import zlib

# Boxes that hold boxes, and how many bytes stand before these.
_HOLDERS = {
    b"meta": 4,
    b"iprp": 0,
    b"ipco": 0,
    b"moov": 0,
    b"trak": 0,
    b"mdia": 0,
    b"minf": 0,
    b"stbl": 0,
    b"dinf": 0,
    b"grpl": 0,
    b"iinf": 6,
    b"iref": 4,
}


def split(format, data):
    """The parts, or None of what has none."""
    cut = {"PNG": _png, "JPEG": _jpeg, "WEBP": _riff, "HEIF": boxes}.get(format)
    try:
        return cut(bytes(data)) if cut else None
    except (struct.error, IndexError, ValueError):
        return None


def join(format, parts):
    return {"PNG": _join_png, "JPEG": _join_jpeg, "WEBP": _join_riff, "HEIF": join_boxes}[format](
        parts
    )


def _png(data):
    parts, at = [], 8
    while at + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, at)
        parts.append([data[at + 4 : at + 8], data[at + 8 : at + 8 + length]])
        at += 12 + length
    return parts


def _join_png(parts):
    chunks = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _jpeg(data):
    """The kind is the marker's two bytes, or b"" for entropy-coded data and what else lies about;
    a body of None stands for a marker without a length."""
    parts, at = [], 0
    while at < len(data):
        if data[at] == 0xFF and at + 1 < len(data) and data[at + 1] not in (0, 0xFF):
            marker = data[at : at + 2]
            if marker[1] in (0xD8, 0xD9, 0x01) or 0xD0 <= marker[1] <= 0xD7:
                parts.append([marker, None])
                at += 2
                continue
            (length,) = struct.unpack_from(">H", data, at + 2)
            parts.append([marker, data[at + 4 : at + 2 + length]])
            at += 2 + length
        else:
            end = at + 1
            while end < len(data) and not (data[end] == 0xFF and data[end + 1 : end + 2] > b"\0"):
                end += 1
            parts.append([b"", data[at:end]])
            at = end
    return parts


def _join_jpeg(parts):
    out = []
    for kind, body in parts:
        out.append(kind)
        if kind and body is not None:
            out.append(struct.pack(">H", min(0xFFFF, len(body) + 2)))
        out.append(body or b"")
    return b"".join(out)


def _riff(data):
    parts, at = [], 12
    while at + 8 <= len(data):
        (length,) = struct.unpack_from("<I", data, at + 4)
        parts.append([data[at : at + 4], data[at + 8 : at + 8 + length]])
        at += 8 + length + length % 2
    return parts


def _join_riff(parts):
    body = b"".join(
        kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for kind, data in parts
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def boxes(data):
    parts, at = [], 0
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        if not 8 <= length <= len(data) - at:
            length = len(data) - at
        parts.append([kind, data[at + 8 : at + length]])
        at += length
    return parts


def join_boxes(parts):
    return b"".join(struct.pack(">I4s", len(body) + 8, kind) + body for kind, body in parts)


def before_boxes(kind):
    """How many bytes of the body stand before the boxes in it; None where it holds none."""
    return _HOLDERS.get(kind)
