"""Colour that a file names without a profile, or with a profile meant for other pixels.

Browsers and telephones follow these names; a picture that we show otherwise is not what they saw.
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
    GREYS,
    TRUTH,
    coded,
    iccp,
    judge,
    picture,
    png,
    saved,
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


def test_png_gamma_and_primaries():
    judge(png(sheet(coded("a98-rgb")), gama(256 / 563), chrm("a98-rgb")), TRUTH)


def test_png_gamma_alone():
    """A scanner's linear grey; read as sRGB it is far too dark."""
    judge(png(sheet(GREYS), gama(1.0)), LINEAR)


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
def test_png_cicp(depth):
    top = np.iinfo(depth).max
    judge(png(sheet(coded("display-p3", top=top), depth), cicp(12, 13)), TRUTH)


def test_png_cicp_goes_before_a_profile():
    pixels = sheet(coded("display-p3"))
    judge(png(pixels, cicp(12, 13), iccp(profiles.rgb("srgb"))), TRUTH)


@pytest.mark.parametrize(
    "chunks",
    [
        (gama(1 / 2.2), chrm("srgb")),
        ((b"sRGB", b"\0"), gama(1.0)),
        (iccp(profiles.rgb("srgb")), gama(1.0)),
        (cicp(1, 13),),
        (cicp(12, 16),),  # high dynamic range: not followed, and not half followed
        (gama(0.0),),
        (gama(0.5), (b"cHRM", bytes(32))),
    ],
    ids=["srgb", "srgb-chunk", "profile", "cicp-srgb", "cicp-pq", "no-gamma", "no-primaries"],
)
def test_png_that_says_srgb_or_nonsense_stays(chunks):
    judge(png(sheet(coded("srgb")), *chunks), TRUTH)


def test_heic_nclx():
    """An Android telephone's Display P3: shown as sRGB, every red is paler."""
    judge(nclx(coded("display-p3"), 12, 13), TRUTH)
    judge(nclx(coded("srgb"), 1, 13), TRUTH)


def test_grey_with_transparency_keeps_its_profile():
    data = saved(picture(GREYS, "L").convert("LA"), "PNG", icc_profile=profiles.grey(1.0))
    judge(data, LINEAR)


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_grey_picture_with_a_colour_profile(format):
    """Programs leave the profile in when they drop the colour; its curve still tells."""
    truth = [Color("a98-rgb", [code / 255] * 3) for code in GREYS]
    judge(ENCODERS[format](picture(GREYS, "L"), profiles.rgb("a98-rgb")), truth, limit=1)
