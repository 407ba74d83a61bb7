"""Colour spaces that a file names without an ICC profile, or with one for other pixels.

Browsers and phones follow these names, so our renditions must too.
"""

import io
import struct

import numpy as np
import pillow_heif
import pytest
from coloraide import Color

from imaging.tests import profiles
from imaging.tests.test_colour import (
    ENCODERS,
    EXPECTED,
    GREYS,
    assert_colours,
    codes_in,
    encode,
    iccp,
    picture,
    png,
    sheet,
)

LINEAR = [Color("srgb-linear", [code / 255] * 3) for code in GREYS]


def gama(exponent):
    return b"gAMA", struct.pack(">I", round(exponent * 100000))


def chrm(space):
    places = (n for place in profiles.PRIMARIES[space] for n in place)
    return b"cHRM", struct.pack(">8I", *(round(n * 100000) for n in places))


def cicp(primaries, transfer):
    return b"cICP", bytes((primaries, transfer, 0, 1))


def nclx(colours, primaries, transfer):
    image = picture(colours, "RGB")
    out = io.BytesIO()
    pillow_heif.from_bytes("RGB", image.size, image.tobytes()).save(
        out,
        quality=95,
        chroma=444,
        color_primaries=primaries,
        transfer_characteristics=transfer,
        matrix_coefficients=1,
        full_range_flag=1,
    )
    return out.getvalue()


def test_png_gamma_and_primaries_are_applied():
    assert_colours(png(sheet(codes_in("a98-rgb")), gama(256 / 563), chrm("a98-rgb")), EXPECTED)


def test_png_gamma_alone_is_applied():
    """A scanner's linear grey; read as sRGB it is far too dark."""
    assert_colours(png(sheet(GREYS), gama(1.0)), LINEAR)


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_png_cicp_is_applied(depth):
    top = np.iinfo(depth).max
    assert_colours(png(sheet(codes_in("display-p3", top=top), depth), cicp(12, 13)), EXPECTED)


def test_png_cicp_overrides_a_profile():
    pixels = sheet(codes_in("display-p3"))
    assert_colours(png(pixels, cicp(12, 13), iccp(profiles.rgb("srgb"))), EXPECTED)


@pytest.mark.parametrize(
    "chunks",
    [
        (gama(1 / 2.2), chrm("srgb")),
        ((b"sRGB", b"\0"), gama(1.0)),
        (iccp(profiles.rgb("srgb")), gama(1.0)),
        (cicp(1, 13),),
        (cicp(12, 16),),  # high dynamic range: ignored entirely
        (gama(0.0),),
        (gama(0.5), (b"cHRM", bytes(32))),
    ],
    ids=["srgb", "srgb-chunk", "profile", "cicp-srgb", "cicp-pq", "no-gamma", "no-primaries"],
)
def test_png_with_srgb_or_invalid_chunks_is_unchanged(chunks):
    assert_colours(png(sheet(codes_in("srgb")), *chunks), EXPECTED)


def test_heic_nclx_is_applied():
    """An Android phone's Display P3: shown as sRGB, every red is paler."""
    assert_colours(nclx(codes_in("display-p3"), 12, 13), EXPECTED)
    assert_colours(nclx(codes_in("srgb"), 1, 13), EXPECTED)


def test_grey_profile_is_applied_with_transparency():
    data = encode(picture(GREYS, "L").convert("LA"), "PNG", icc_profile=profiles.grey(1.0))
    assert_colours(data, LINEAR)


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_colour_profile_on_a_grey_picture_gives_its_curve(format):
    """Programs keep the profile when they drop the colour; its tone curve still applies."""
    truth = [Color("a98-rgb", [code / 255] * 3) for code in GREYS]
    assert_colours(ENCODERS[format](picture(GREYS, "L"), profiles.rgb("a98-rgb")), truth, limit=1)
