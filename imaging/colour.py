"""Colour spaces that a file names without an ICC profile, as the profile that they stand for.

A PNG may say cICP (PNG 3rd edition, 4.3) or gAMA and cHRM; a HEIC from an Android telephone, nclx.
"""

import struct
from functools import lru_cache

from PIL import Image

_D50 = (0.9642, 1.0, 0.8249)
_BRADFORD = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
_D65, _BT709 = (0.3127, 0.3290), (0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
# ITU-T H.273: white and primaries by number. What is not here is shown as sRGB, as before.
_PRIMARIES = {
    1: (*_D65, *_BT709),
    9: (*_D65, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    12: (*_D65, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
}
# By number: a power, or None for the curve of sRGB, for which video's (1, 6, 14) are taken too:
# their still pictures are made on sRGB screens. High dynamic range (16, 18) needs more than this.
_POWERS = {4: 2.2, 5: 2.8, 8: 1.0, **dict.fromkeys((1, 6, 13, 14), None)}


def named(image: Image.Image, data) -> bytes | None:
    """An ICC profile of the space that an open image of these bytes names, or None where it names
    none, or sRGB. cICP goes before a profile in the file; the rest is for files without one."""
    if image.format == "PNG":
        chunks = _chunks(data)
        if code := chunks.get(b"cICP"):
            return _numbered(code[0], code[1])
        if {b"iCCP", b"sRGB"} & chunks.keys():
            return None
        return _measured(image.info.get("gamma"), image.info.get("chromaticity"), image.mode)
    nclx = image.info.get("nclx_profile")
    if nclx and not image.info.get("icc_profile"):
        return _numbered(nclx["color_primaries"], nclx["transfer_characteristics"])
    return None


def _chunks(data):
    """{name: its first bytes} of what stands before the pixels. Pillow does not tell of cICP."""
    found, at = {}, 8
    while len(found) < 1000 and len(head := data[at : at + 12]) == 12:
        length, name = struct.unpack(">I4s", head[:8])
        if name == b"IDAT":
            break
        found.setdefault(name, head[8:])
        at += 12 + length
    return found


def _numbered(primaries, transfer):
    if primaries not in _PRIMARIES or transfer not in _POWERS:
        return None
    if primaries == 1 and _POWERS[transfer] is None:
        return None
    return _profile(_PRIMARIES[primaries], _POWERS[transfer])


def _measured(gamma, chromaticity, mode):
    if not gamma or not 0.1 < gamma <= 2:
        return None
    places = chromaticity if chromaticity and mode[0] not in "L1I" else (*_D65, *_BT709)
    # 1/2.2 beside the primaries of sRGB is how sRGB was written before it had a chunk.
    if abs(gamma - 1 / 2.2) < 0.005 and _near(places, (*_D65, *_BT709)):
        return None
    return _profile(tuple(places), 1 / gamma)


@lru_cache(maxsize=8)
def _profile(places, power):
    """A matrix profile (ICC.1:2010): xy of white, red, green and blue; None for sRGB's curve.
    None where no such colours exist."""
    try:
        white, *colorants = (
            (x / y, 1.0, (1 - x - y) / y) for x, y in zip(places[::2], places[1::2], strict=True)
        )
        columns = _transposed(colorants)
        scale = _times(_inverse(columns), _transposed([white]))
        cones = _times(_BRADFORD, _transposed([white, _D50]))
        adapted = [
            [n * (to / fro) for n in row] for row, (fro, to) in zip(_BRADFORD, cones, strict=True)
        ]
        matrix = _times(_times(_inverse(_BRADFORD), adapted), columns)
    except ZeroDivisionError:
        return None
    matrix = [[n * k for n, (k,) in zip(row, scale, strict=True)] for row in matrix]
    if not all(abs(n) < 8 for row in matrix for n in row):
        return None
    if power is None:
        curve = _numbers(b"para\0\0\0\0\0\3\0\0", 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    else:
        curve = _numbers(b"para\0\0\0\0\0\0\0\0", power)
    tags = {b"wtpt": _numbers(b"XYZ \0\0\0\0", *_D50)}
    for name, colorant in zip((b"r", b"g", b"b"), _transposed(matrix), strict=True):
        tags[name + b"XYZ"] = _numbers(b"XYZ \0\0\0\0", *colorant)
        tags[name + b"TRC"] = curve
    table, body, start = b"", b"", 132 + 12 * len(tags)
    for name, data in tags.items():
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data
    head = struct.pack(
        ">I4xI4s4s4s12x4s28x", start + len(body), 4 << 24, b"mntr", b"RGB ", b"XYZ ", b"acsp"
    )
    head = _numbers(head, *_D50) + bytes(48)
    return head + struct.pack(">I", len(tags)) + table + body


def _numbers(head, *values):
    return head + b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def _near(some, others):
    return all(abs(a - b) < 0.002 for a, b in zip(some, others, strict=True))


# Three by three by hand: with NumPy's linear algebra, which takes memory of its own at the first
# call and keeps it, the decoding process had too little left for a WebP of 64 megapixels.


def _times(left, right):
    columns = _transposed(right)
    return [[sum(a * b for a, b in zip(r, c, strict=True)) for c in columns] for r in left]


def _transposed(matrix):
    return list(zip(*matrix, strict=True))


def _inverse(matrix):
    (a, b, c), (d, e, f), (g, h, i) = matrix
    minors = (
        (e * i - f * h, c * h - b * i, b * f - c * e),
        (f * g - d * i, a * i - c * g, c * d - a * f),
        (d * h - e * g, b * g - a * h, a * e - b * d),
    )
    determinant = a * minors[0][0] + b * minors[1][0] + c * minors[2][0]
    return [[n / determinant for n in row] for row in minors]
