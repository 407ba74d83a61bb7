"""ICC profiles generated in code, so that none is committed: ICC.1:2001-04 and ICC.1:2010.

The expected colours come from coloraide, never from the colour engine under test.
"""

import itertools
import struct

import numpy as np
from coloraide import Color

# White D65 and primaries, CIE xy.
PRIMARIES = {
    "srgb": ((0.3127, 0.3290), (0.64, 0.33), (0.30, 0.60), (0.15, 0.06)),
    "display-p3": ((0.3127, 0.3290), (0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
    "a98-rgb": ((0.3127, 0.3290), (0.64, 0.33), (0.21, 0.71), (0.15, 0.06)),
}
_D50 = np.array((0.9642, 1.0, 0.8249))
_BRADFORD = np.array(
    ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
)
_SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
GRID = 6  # points a side of the CMYK table: at every 51 of 255
_INKS = np.array(((0.06, 0.34, 0.66), (0.50, 0.04, 0.20), (0.85, 0.68, 0.04), (0.01, 0.01, 0.01)))


def rgb(space):
    """A matrix profile of `space` (a key of PRIMARIES): version 4 with a parametric curve, or, for
    Adobe RGB (1998), version 2 with its gamma of 563/256."""
    white, *colorants = (np.array((x / y, 1, (1 - x - y) / y)) for x, y in PRIMARIES[space])
    scale = np.linalg.solve(np.stack(colorants, axis=1), white)
    ratio = np.diag((_BRADFORD @ _D50) / (_BRADFORD @ white))
    adapt = np.linalg.inv(_BRADFORD) @ ratio @ _BRADFORD
    version = 2 if space == "a98-rgb" else 4
    curve = _gamma(563 / 256) if version == 2 else _parametric(*_SRGB_CURVE)
    tags = {b"chad": _fixed(b"sf32", *adapt.ravel())} if version == 4 else {}
    for name, colorant, k in zip(b"rgb", colorants, scale, strict=True):
        tags[bytes([name]) + b"XYZ"] = _fixed(b"XYZ ", *(adapt @ colorant * k))
        tags[bytes([name]) + b"TRC"] = curve
    return _profile(b"mntr", b"RGB ", b"XYZ ", tags, version)


def grey(gamma):
    return _profile(b"mntr", b"GRAY", b"XYZ ", {b"kTRC": _gamma(gamma)}, 2)


def cmyk():
    """A table profile (mft2) of four transparent inks on white paper, exact at its grid points."""
    steps = range(0, 256, 255 // (GRID - 1))
    table = []
    for inks in itertools.product(steps, repeat=4):
        lightness, a, b = printed(inks).convert("lab").coords()
        table += (lightness * 652.8, (a + 128) * 256, (b + 128) * 256)
    ramp = struct.pack(">2H", 0, 65535)
    body = b"mft2" + bytes(4) + bytes((4, 3, GRID, 0))
    body += _fixed(b"", *np.eye(3).ravel()) + struct.pack(">2H", 2, 2) + ramp * 4
    body += np.rint(table).astype(">u2").tobytes() + ramp * 3
    return _profile(b"prtr", b"CMYK", b"Lab ", {b"A2B0": body}, 2)


def printed(inks):
    """The colour of inks (C, M, Y, K; 0..255) on paper: each transmits its share of the light."""
    amount = np.array(inks)[:, None] / 255
    return Color("srgb-linear", (1 - amount * (1 - _INKS)).prod(axis=0).tolist())


def _fixed(kind, *values):
    header = kind + bytes(4) if kind else b""
    return header + b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def _gamma(gamma):
    return b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)


def _parametric(*values):
    return b"para" + bytes(4) + struct.pack(">HH", 3, 0) + _fixed(b"", *values)


def _text(version):
    if version == 2:
        return b"desc" + bytes(4) + struct.pack(">I", 5) + b"made\0" + bytes(78) + bytes(1)
    return (
        b"mluc"
        + bytes(4)
        + struct.pack(">II2s2sII", 1, 12, b"en", b"US", 8, 28)
        + ("made".encode("utf-16-be"))
    )


def _profile(kind, space, connection, tags, version):
    tags = {b"desc": _text(version), b"wtpt": _fixed(b"XYZ ", *_D50), **tags}
    offset, table, body = 132 + 12 * len(tags), b"", b""
    for name, data in tags.items():
        table += name + struct.pack(">II", offset + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    header = struct.pack(
        ">I4sI4s4s4s6H4s", offset + len(body), bytes(4), version << 24, kind, space, connection,
        2026, 1, 1, 0, 0, 0, b"acsp",
    )  # fmt: skip
    header += bytes(28) + _fixed(b"", *_D50) + bytes(48)
    return header + struct.pack(">I", len(tags)) + table + body
