"""Colour is evidence: display and thumbnail show the colours that a file's profile defines.

The expected colours come from coloraide, which shares no code with the engine under test. Without
its profile, a Display P3 photograph of a red lesion is shown browner than it is.
"""

import io
import struct
import zlib

import numpy as np
import pillow_heif
import pytest
from coloraide import Color
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms

from imaging import intake
from imaging.tests import profiles

LIMIT = 2  # ΔE2000
SIDE, ACROSS = 80, 6  # px of a patch, patches in a row

SRGB = [
    *("#f6d7c4", "#e0b59b", "#c68e6f", "#a06a48", "#75472d", "#4a2c20"),  # skin, I to VI
    *("#6b3e26", "#3b2219", "#8a5a3c", "#b5452f", "#8f1d22", "#d98a86"),  # lesions: brown, red
    *("#5a6478", "#3d4a6b", "#8c93a3", "#b8a1a8", "#efe6c8", "#1d1412"),  # blue, veil, white, black
    *("#ffffff", "#bababa", "#777777", "#3b3b3b", "#d01c2a", "#2456b0"),  # greys, saturated
]
INKS = [tuple(51 * n for n in inks) for inks in (
    (0, 0, 0, 0), (0, 1, 1, 0), (0, 2, 2, 0), (1, 2, 3, 0), (1, 3, 3, 1), (2, 3, 4, 2),
    (0, 3, 3, 1), (0, 4, 4, 0), (1, 5, 5, 1), (0, 5, 5, 0), (2, 2, 2, 0), (1, 1, 1, 3),
    (3, 2, 1, 0), (4, 3, 1, 1), (5, 3, 0, 0), (0, 0, 0, 2), (0, 0, 0, 4), (2, 4, 4, 4),
)]  # fmt: skip
GREYS = [8, 24, 40, 64, 90, 118, 140, 165, 190, 215, 240, 255]


def renditions_of(data):
    """(display, thumbnail) as opened pictures, through the public function of intake."""
    decoded = intake.read(SimpleUploadedFile("x", data)).found
    return [
        Image.open(io.BytesIO(rendition)).convert("RGB")
        for rendition in (decoded.display, decoded.thumbnail)
    ]


def sheet(patches, dtype=np.uint8):
    """(h, w, channels): one patch per colour, `ACROSS` in a row."""
    patches = np.asarray(patches)
    if patches.ndim == 1:
        patches = patches[:, None]
    rows = patches.reshape(-1, ACROSS, patches.shape[1])
    return np.rint(rows).astype(dtype).repeat(SIDE, axis=0).repeat(SIDE, axis=1)


def picture(patches, mode):
    pixels = sheet(patches)
    return Image.fromarray(pixels[..., 0] if mode == "L" else pixels, mode)


def errors(rendition, truth):
    """ΔE2000 of each patch's middle against `truth` (a list of Color)."""
    pixels = np.asarray(rendition, float)
    side = pixels.shape[1] / ACROSS
    differences = []
    for number, colour in enumerate(truth):
        row, column = divmod(number, ACROSS)
        top, left = (round(side * (n + 0.3)) for n in (row, column))
        size = round(side * 0.4)
        colour_shown = pixels[top : top + size, left : left + size].mean(axis=(0, 1)) / 255
        differences.append(Color("srgb", colour_shown.tolist()).delta_e(colour, method="2000"))
    return differences


def assert_colours(data, truth, limit=LIMIT):
    for name, rendition in zip(("display", "thumbnail"), renditions_of(data), strict=True):
        differences = errors(rendition, truth)
        worst = int(np.argmax(differences))
        message = (
            f"{name}: ΔE2000 {differences[worst]:.2f} on {truth[worst].convert('srgb').to_string()}"
        )
        assert differences[worst] < limit, message


def encode(image, format, **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def codes_in(space, colours=SRGB, top=255):
    """The codes that a file in `space` holds for these colours, 0..top, not rounded."""
    return [np.array(Color(colour).convert(space).coords()) * top for colour in colours]


def heif(image, **options):
    file = pillow_heif.from_bytes(image.mode, image.size, image.tobytes())
    out = io.BytesIO()
    file.save(out, quality=95, chroma=444, **options)
    return out.getvalue()


def png(pixels, *chunks):
    """A PNG of uint8 or uint16 pixels (h, w, 1 or 3), with chunks (name, body) before the data."""

    def chunk(name, body):
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    height, width, channels = pixels.shape
    kind = 2 if channels == 3 else 0
    header = struct.pack(">IIBBBBB", width, height, 8 * pixels.itemsize, kind, 0, 0, 0)
    lines = pixels.astype(pixels.dtype.newbyteorder(">")).reshape(height, -1)
    data = zlib.compress(b"".join(b"\0" + line.tobytes() for line in lines))
    all_chunks = [(b"IHDR", header), *chunks, (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in all_chunks)


def iccp(profile):
    return b"iCCP", b"made\0\0" + zlib.compress(profile)


ENCODERS = {
    "JPEG": lambda image, icc: encode(image, "JPEG", quality=95, subsampling=0, icc_profile=icc),
    "PNG": lambda image, icc: encode(image, "PNG", icc_profile=icc),
    "WebP": lambda image, icc: encode(image, "WEBP", lossless=True, icc_profile=icc),
    "HEIC": lambda image, icc: heif(image, icc_profile=icc),
}
EXPECTED = [Color(colour) for colour in SRGB]


@pytest.mark.parametrize("format", ENCODERS)
@pytest.mark.parametrize("space", ["srgb", "display-p3", "a98-rgb"])
def test_profile_is_converted_to_srgb(space, format):
    image = picture(codes_in(space), "RGB")
    assert_colours(ENCODERS[format](image, profiles.rgb(space)), EXPECTED)


@pytest.mark.parametrize("format", ENCODERS)
def test_picture_without_a_profile_is_srgb(format):
    assert_colours(ENCODERS[format](picture(codes_in("srgb"), "RGB"), None), EXPECTED)


@pytest.mark.parametrize("space", ["display-p3", "a98-rgb"])
def test_ignoring_the_profile_exceeds_the_tolerance(space):
    """A check of the test itself: without the profile, the same codes exceed the tolerance."""
    data = ENCODERS["PNG"](picture(codes_in(space), "RGB"), None)
    assert all(max(errors(rendition, EXPECTED)) > 1.5 * LIMIT for rendition in renditions_of(data))


@pytest.mark.parametrize("space", ["display-p3", "a98-rgb"])
def test_colours_beyond_srgb_keep_their_hue(space):
    """sRGB cannot hold a phone's full red or green, but the hue must stay."""
    codes = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 60, 60), (60, 255, 60), (255, 255, 0)]
    data = ENCODERS["PNG"](picture(codes, "RGB"), profiles.rgb(space))
    hues = [Color(space, [c / 255 for c in code]).convert("oklch")["hue"] for code in codes]
    for rendition in renditions_of(data):
        for number, hue in enumerate(hues):
            x = round(rendition.width * (number + 0.5) / ACROSS)
            pixel = rendition.getpixel((x, rendition.height // 2))
            shown = Color("srgb", [c / 255 for c in pixel]).convert("oklch")["hue"]
            assert abs((shown - hue + 180) % 360 - 180) < 20, (codes[number], pixel)


@pytest.mark.parametrize("gamma", [1.0, 1.8, 2.2])
@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_grey_profile_is_applied(format, gamma):
    truth = [Color("srgb-linear", [(code / 255) ** gamma] * 3) for code in GREYS]
    assert_colours(ENCODERS[format](picture(GREYS, "L"), profiles.grey(gamma)), truth)


def test_sixteen_bit_colour_is_converted():
    for space in ("srgb", "display-p3", "a98-rgb"):
        pixels = sheet(codes_in(space, top=65535), np.uint16)
        assert_colours(png(pixels, iccp(profiles.rgb(space))), EXPECTED)


def test_sixteen_bit_grey_is_converted():
    codes = np.array(GREYS) * 257
    srgb_truth = [Color("srgb", [code / 255] * 3) for code in GREYS]
    assert_colours(png(sheet(codes, np.uint16)), srgb_truth)
    linear_truth = [Color("srgb-linear", [code / 255] * 3) for code in GREYS]
    assert_colours(png(sheet(codes, np.uint16), iccp(profiles.grey(1.0))), linear_truth)


def ycck(image):
    """The same inks as an Adobe YCCK JPEG: C, M and Y converted as if they were RGB."""
    *inks, black = image.split()
    converted = Image.merge("RGB", inks).convert("YCbCr").split()
    data = encode(
        Image.merge("CMYK", [channel.point(lambda v: 255 - v) for channel in converted] + [black]),
        "JPEG", quality=98, subsampling=0,
    )  # fmt: skip
    offset = data.index(b"Adobe") + 11
    return data[:offset] + b"\2" + data[offset + 1 :]


def test_cmyk_is_converted_by_its_profile():
    """As from a journal or a scanner; the expected colours are the table's grid points."""
    image = picture(INKS, "CMYK")
    truth = [profiles.printed(inks) for inks in INKS]
    assert_colours(encode(image, "JPEG", quality=98, icc_profile=profiles.cmyk()), truth)


def test_cmyk_without_a_profile_is_shown_as_browsers_do():
    """By convention: the light that each ink and the black leave, as sRGB codes."""
    image = picture(INKS, "CMYK")
    truth = [Color("srgb", [(1 - i / 255) * (1 - k / 255) for i in cmy]) for *cmy, k in INKS]
    for data in (encode(image, "JPEG", quality=98), ycck(image)):
        assert_colours(data, truth)


def test_rgb_jpeg_is_not_read_as_ycbcr():
    """Adobe's marker with transform 0; read as YCbCr it would be green and pink."""
    image = picture(codes_in("display-p3"), "RGB")
    data = encode(image, "JPEG", quality=95, keep_rgb=True, icc_profile=profiles.rgb("display-p3"))
    assert_colours(data, EXPECTED)


def test_grey_profile_on_a_colour_picture_is_ignored():
    """The pixels stay as they are instead of turning grey."""
    data = ENCODERS["PNG"](picture(codes_in("srgb"), "RGB"), profiles.grey(2.2))
    assert_colours(data, EXPECTED)


@pytest.mark.parametrize("format", ["PNG", "WebP"])
def test_profile_is_applied_with_transparency_and_palette(format):
    """Phone screenshots are RGBA in Display P3."""
    profile = profiles.rgb("display-p3")
    image = picture(codes_in("display-p3"), "RGB")
    transparent = image.copy()
    transparent.putalpha(255)
    assert_colours(ENCODERS[format](transparent, profile), EXPECTED)
    if format == "PNG":
        assert_colours(ENCODERS[format](image.quantize(64), profile), EXPECTED)


def test_generated_profiles_are_valid():
    """LittleCMS reads them as the intended colour spaces."""
    for data, space in (
        (profiles.rgb("srgb"), "RGB"), (profiles.rgb("a98-rgb"), "RGB"),
        (profiles.grey(2.2), "GRAY"), (profiles.cmyk(), "CMYK"),
    ):  # fmt: skip
        profile = ImageCms.ImageCmsProfile(io.BytesIO(data)).profile
        assert profile.xcolor_space.strip() == space
