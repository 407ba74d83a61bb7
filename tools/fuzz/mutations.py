"""One file → another that is not quite right. Every choice comes from the `Random` that is given.

Half of them know the format: they move chunks, segments and boxes, and write awkward numbers where
lengths, counts and offsets stand. The other half are bytes as any line or memory card loses them.
"""

import struct
import zlib

from . import parts as formats

_NUMBERS = (0, 1, 2, 3, 4, 7, 8, 15, 16, 127, 128, 255, 256, 32767, 32768, 65535, 65536)
_NUMBERS += (2**24, 2**31 - 1, 2**31, 2**32 - 9, 2**32 - 2, 2**32 - 1)
_KINDS = {
    "PNG": b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP tEXt zTXt iTXt bKGD pHYs sBIT hIST eXIf "
    b"acTL fcTL fdAT cICP mDCV",
    "WEBP": b"VP8_ VP8L VP8X ALPH ANIM ANMF ICCP EXIF XMP_",
    "HEIF": b"ftyp meta hdlr pitm iloc iinf infe iref iprp ipco ipma ispe hvcC pixi colr irot imir "
    b"clap auxC idat mdat thmb cdsc dimg grpl moov",
}
_LARGE = 2**19  # bytes: what grows past it is cut, or tries become few


def mutated(chance, seed, others):
    """The bytes of a seed, changed one to six times; `others` lend their parts."""
    data = seed.data
    for _ in range(1 + int(chance.random() ** 2 * 6)):
        if seed.format != "other" and chance.random() < 0.6:
            data = _in_parts(chance, seed.format, data, others) or plain(chance, data)
        elif chance.random() < 0.06:
            data = _spliced(chance, data, chance.choice(others).data)
        else:
            data = plain(chance, data)
    return data[:_LARGE] if len(data) > max(_LARGE, len(seed.data)) else data


def plain(chance, data):
    """Bytes lost, doubled, invented or overwritten, anywhere."""
    data = bytearray(data)
    at, length = _stretch(chance, data)
    way = chance.randrange(9)
    if way == 0 and data:
        for _ in range(chance.choice((1, 1, 2, 4, 16))):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    elif way == 1:
        data[at : at + length] = bytes([chance.choice((0, 255, chance.randrange(256)))]) * length
    elif way == 2:
        del data[at : at + length]
    elif way == 3:
        del data[at:]
    elif way == 4:
        data[at:at] = chance.randbytes(length)
    elif way == 5:
        data[at:at] = data[at : at + length] * chance.choice((1, 1, 2, 50))
    elif way == 6:
        data[at : at + length] = chance.randbytes(min(length, len(data) - at))
    elif way == 7:
        return _number(chance, data)
    elif data:
        data[at : at + 1] = bytes([chance.choice((0, 1, 127, 128, 254, 255))])
    return bytes(data)


def _stretch(chance, data):
    """Where, and how long: most often short, near the beginning as often as anywhere."""
    end = len(data) if chance.random() < 0.5 else min(len(data), 256)
    at = chance.randrange(end) if end else 0
    return at, int(2 ** chance.uniform(0, 9))


def _number(chance, data, width=None, order=None, at=None):
    """An awkward number in place of one, or one more or less than what is there."""
    data = bytearray(data)
    width = width or chance.choice((1, 2, 4, 4, 8))
    if len(data) < width:
        return bytes(data)
    order = order or chance.choice(("big", "big", "little"))
    if at is None:
        near = min(len(data), 64) if chance.random() < 0.6 else len(data)
        at = chance.randrange(max(1, near - width + 1))
    number = chance.choice(_NUMBERS)
    if chance.random() < 0.3:
        number = int.from_bytes(data[at : at + width], order) + chance.choice((-1, 1, -2, 2, 256))
    data[at : at + width] = (number % 256**width).to_bytes(width, order)
    return bytes(data)


def _spliced(chance, data, other):
    at, of = chance.randrange(len(data) + 1), chance.randrange(len(other) + 1)
    return data[:at] + other[of:]


def _in_parts(chance, format, data, others):
    found = formats.split(format, data)
    if not found or len(found) > 5000:
        return None
    _rearranged(chance, format, found, others)
    return formats.join(format, found)


def _rearranged(chance, format, found, others):
    at = chance.randrange(len(found))
    kind, body = found[at]
    way = chance.choice("dcsmkino" + "b" * 10)
    if way == "d":
        del found[at]
    elif way == "c":
        times = chance.choice((1, 1, 1, 2, 5, 120))
        found[at:at] = [[kind, body] for _ in range(times if len(body or b"") < 4096 else 1)]
    elif way == "s":
        to = chance.randrange(len(found))
        found[at], found[to] = found[to], found[at]
    elif way == "m":
        found.insert(chance.randrange(len(found)), found.pop(at))
    elif way == "k":
        found[at] = [_kind(chance, format), body]
    elif way == "i":
        lent = formats.split(format, chance.choice(others).data)
        if lent and any(seed.format == format for seed in others):
            found.insert(chance.randrange(len(found) + 1), list(chance.choice(lent)))
    elif way == "n" and body is not None:
        found[at] = [kind, b"" if chance.random() < 0.5 else body[: chance.randrange(8)]]
    elif way == "o" and body is not None:
        found[at] = [kind, body + chance.randbytes(chance.choice((1, 2, 100, 5000)))]
    elif body is not None:
        found[at] = [kind, _body(chance, format, kind, body, others)]


def _kind(chance, format):
    if format == "JPEG":
        return bytes((0xFF, chance.choice((*range(0xC0, 0xF0), 0x01, 0xFE))))
    return chance.choice(_KINDS[format].split()).replace(b"_", b" ")


def _body(chance, format, kind, body, others):
    """A part's inside, by what it holds."""
    before = formats.before_boxes(kind) if format == "HEIF" else None
    if before is not None and chance.random() < 0.85:
        inner = formats.boxes(body[before:])
        if inner:
            _rearranged(chance, format, inner, others)
        return body[:before] + formats.join_boxes(inner)
    if kind in (b"eXIf", b"EXIF"):
        return tiff(chance, body)
    if body[:6] == b"Exif\0\0":
        return body[:6] + tiff(chance, body[6:])
    if kind == b"ICCP":
        return icc(chance, body)
    if body[:12] == b"ICC_PROFILE\0":
        return body[:14] + icc(chance, body[14:]) if chance.random() < 0.8 else plain(chance, body)
    if kind in (b"IDAT", b"iCCP", b"zTXt", b"fdAT") and chance.random() < 0.7:
        return _packed(chance, kind, body)
    return _number(chance, body) if chance.random() < 0.6 else plain(chance, body)


def _packed(chance, kind, body):
    """What a PNG chunk has compressed, changed and compressed again."""
    at = {b"IDAT": 0, b"fdAT": 4}.get(kind, body.find(b"\0") + 2)
    try:
        inside = zlib.decompressobj().decompress(body[at:], 4 * _LARGE)
    except zlib.error:
        return plain(chance, body)
    inside = icc(chance, inside) if kind == b"iCCP" else plain(chance, inside)
    return body[:at] + zlib.compress(inside)


def tiff(chance, data):
    """An EXIF block whose directory entries lie: about type, count, value or offset."""
    if len(data) < 14 or chance.random() < 0.15:
        return plain(chance, data)
    order = "little" if data[:2] == b"II" else "big"
    data = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        entries = list(_entries(data, order))
        if not entries:
            return plain(chance, data)
        at = chance.choice(entries)
        offset, width = chance.choice(((0, 2), (2, 2), (4, 4), (8, 4), (8, 4)))
        if offset == 2 and chance.random() < 0.8:
            data[at + 2 : at + 4] = chance.randrange(14).to_bytes(2, order)
        elif offset == 8 and chance.random() < 0.5:  # somewhere within: loops, overlaps
            data[at + 8 : at + 12] = chance.randrange(len(data) + 4).to_bytes(4, order)
        else:
            data = bytearray(_number(chance, data, width, order, at + offset))
        if chance.random() < 0.3:
            start = at + 8
            value = int.from_bytes(data[start : start + 4], order)
            spot = value if value < len(data) else start
            length = chance.choice((1, 4, 19))
            data[spot : spot + length] = chance.randbytes(length)
    return bytes(data)


def _entries(data, order):
    """Where the entries of every directory that can be reached begin."""
    todo, seen = [int.from_bytes(data[4:8], order)], set()
    while todo and len(seen) < 20:
        start = todo.pop()
        if start in seen or not 8 <= start <= len(data) - 2:
            continue
        seen.add(start)
        count = min(200, int.from_bytes(data[start : start + 2], order))
        for at in range(start + 2, min(start + 2 + 12 * count, len(data) - 12), 12):
            yield at
            if int.from_bytes(data[at : at + 2], order) in (0x8769, 0x8825, 0xA005):
                todo.append(int.from_bytes(data[at + 8 : at + 12], order))


def icc(chance, data):
    """A colour profile whose header or tag table lies, or one of whose tags does."""
    if len(data) < 144 or chance.random() < 0.1:
        return plain(chance, data)
    tags = min(100, struct.unpack_from(">I", data, 128)[0], (len(data) - 132) // 12)
    way = chance.randrange(4)
    if way == 0 or not tags:
        at = chance.choice((0, 4, 8, 12, 16, 20, 36, 64, 128))
        if at in (12, 16, 20):
            word = chance.choice((b"RGB ", b"CMYK", b"GRAY", b"Lab ", b"XYZ ", b"prtr", b"link"))
            return data[:at] + word + data[at + 4 :]
        return _number(chance, data, 4, "big", at)
    entry = 132 + 12 * chance.randrange(tags)
    if way == 1:
        return _number(chance, data, 4, "big", entry + chance.choice((0, 4, 8)))
    start = struct.unpack_from(">I", data, entry + 4)[0]
    if start + 12 >= len(data):
        return plain(chance, data)
    if way == 2:
        word = chance.choice((b"curv", b"para", b"XYZ ", b"mft1", b"mft2", b"mAB ", b"mluc"))
        return data[:start] + word + data[start + 4 :]
    return _number(chance, data, chance.choice((2, 4)), "big", start + 4 * chance.randrange(1, 4))
