"""ICC profiles for colour spaces that a file names without a profile.

A PNG may use cICP (PNG 3rd edition, 4.3) or gAMA and cHRM; a HEIC from an Android phone, nclx.
"""

import mmap
import struct
from collections.abc import Iterable, Sequence
from functools import lru_cache

from PIL import Image

_D50 = (0.9642, 1.0, 0.8249)
_BRADFORD = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
_D65, _BT709 = (0.3127, 0.3290), (0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
# ITU-T H.273: xy of white and primaries by code. Any other code is treated as sRGB.
_PRIMARIES = {
    1: (*_D65, *_BT709),
    9: (*_D65, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    12: (*_D65, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
}
# Transfer functions by code: a gamma, or None for the curve of sRGB, also used for video's (1, 6,
# 14), whose still pictures are made on sRGB screens. High dynamic range (16, 18) needs more.
_GAMMAS = {4: 2.2, 5: 2.8, 8: 1.0, **dict.fromkeys((1, 6, 13, 14), None)}


Matrix = Sequence[Sequence[float]]


def named(image: Image.Image, data: bytes | mmap.mmap) -> bytes | None:
    """An ICC profile for the colour space that an open image of these bytes names, or None where
    it names none, or sRGB. cICP overrides a profile in the file; the rest is for files without
    one."""
    if image.format == "PNG":
        chunks = _chunks(data)
        if code := chunks.get(b"cICP"):
            return _profile_of_codes(code[0], code[1])
        if {b"iCCP", b"sRGB"} & chunks.keys():
            return None
        return _profile_of_primaries(
            image.info.get("gamma"), image.info.get("chromaticity"), image.mode
        )
    nclx = image.info.get("nclx_profile")
    if nclx and not image.info.get("icc_profile"):
        return _profile_of_codes(nclx["color_primaries"], nclx["transfer_characteristics"])
    return None


def _chunks(data: bytes | mmap.mmap) -> dict[bytes, bytes]:
    """{name: first four bytes} of the chunks before the pixels. Pillow does not report cICP."""
    chunks: dict[bytes, bytes] = {}
    position = 8
    while len(chunks) < 1000 and len(head := data[position : position + 12]) == 12:
        length, name = struct.unpack(">I4s", head[:8])
        if name == b"IDAT":
            break
        chunks.setdefault(name, head[8:])
        position += 12 + length
    return chunks


def _profile_of_codes(primaries: int, transfer: int) -> bytes | None:
    if primaries not in _PRIMARIES or transfer not in _GAMMAS:
        return None
    if primaries == 1 and _GAMMAS[transfer] is None:
        return None
    return _profile(_PRIMARIES[primaries], _GAMMAS[transfer])


def _profile_of_primaries(
    gamma: float | None, chromaticity: Sequence[float] | None, mode: str
) -> bytes | None:
    if not gamma or not 0.1 < gamma <= 2:
        return None
    xy = chromaticity if chromaticity and mode[0] not in "L1I" else (*_D65, *_BT709)
    # 1/2.2 with the primaries of sRGB meant sRGB before it had a chunk.
    if abs(gamma - 1 / 2.2) < 0.005 and _close(xy, (*_D65, *_BT709)):
        return None
    return _profile(tuple(xy), 1 / gamma)


@lru_cache(maxsize=8)
def _profile(xy: tuple[float, ...], gamma: float | None) -> bytes | None:
    """A matrix profile (ICC.1:2010) from the xy of white, red, green and blue; `gamma` None for
    sRGB's curve. None where no such colours exist."""
    try:
        white, *colorants = (
            (x / y, 1.0, (1 - x - y) / y) for x, y in zip(xy[::2], xy[1::2], strict=True)
        )
        columns = _transpose(colorants)
        scale = _multiply(_inverse(columns), _transpose([white]))
        cones = _multiply(_BRADFORD, _transpose([white, _D50]))
        adapted = [
            [n * (target / source) for n in row]
            for row, (source, target) in zip(_BRADFORD, cones, strict=True)
        ]
        matrix = _multiply(_multiply(_inverse(_BRADFORD), adapted), columns)
    except ZeroDivisionError:
        return None
    matrix = [[n * k for n, (k,) in zip(row, scale, strict=True)] for row in matrix]
    if not all(abs(n) < 8 for row in matrix for n in row):
        return None
    if gamma is None:
        curve = _fixed_point(
            b"para\0\0\0\0\0\3\0\0", 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045
        )
    else:
        curve = _fixed_point(b"para\0\0\0\0\0\0\0\0", gamma)
    tags = {b"wtpt": _fixed_point(b"XYZ \0\0\0\0", *_D50)}
    for name, colorant in zip((b"r", b"g", b"b"), _transpose(matrix), strict=True):
        tags[name + b"XYZ"] = _fixed_point(b"XYZ \0\0\0\0", *colorant)
        tags[name + b"TRC"] = curve
    table, body, start = b"", b"", 132 + 12 * len(tags)
    for name, data in tags.items():
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data
    head = struct.pack(
        ">I4xI4s4s4s12x4s28x", start + len(body), 4 << 24, b"mntr", b"RGB ", b"XYZ ", b"acsp"
    )
    head = _fixed_point(head, *_D50) + bytes(48)
    return head + struct.pack(">I", len(tags)) + table + body


def _fixed_point(head: bytes, *values: float) -> bytes:
    """`head`, then the values as s15Fixed16Number."""
    return head + b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def _close(left: Iterable[float], right: Iterable[float]) -> bool:
    return all(abs(a - b) < 0.002 for a, b in zip(left, right, strict=True))


# 3 × 3 matrices by hand: NumPy's linear algebra allocates memory at its first call and keeps it,
# which left the decoding process too little for a WebP of 64 megapixels.


def _multiply(left: Matrix, right: Matrix) -> list[list[float]]:
    columns = _transpose(right)
    return [[sum(a * b for a, b in zip(r, c, strict=True)) for c in columns] for r in left]


def _transpose(matrix: Matrix) -> list[tuple[float, ...]]:
    return list(zip(*matrix, strict=True))


def _inverse(matrix: Matrix) -> list[list[float]]:
    (a, b, c), (d, e, f), (g, h, i) = matrix
    minors = (
        (e * i - f * h, c * h - b * i, b * f - c * e),
        (f * g - d * i, a * i - c * g, c * d - a * f),
        (d * h - e * g, b * g - a * h, a * e - b * d),
    )
    determinant = a * minors[0][0] + b * minors[1][0] + c * minors[2][0]
    return [[n / determinant for n in row] for row in minors]
