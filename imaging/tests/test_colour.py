"""Colour is evidence: what a file says through its profile is what display and thumbnail show.

The truth comes from coloraide, which shares no code with the engine under test. Read without its
profile, a Display P3 photograph of a red lesion is shown browner than it is.
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
    """(display, thumbnail) as decoded pictures, through the public door."""
    found = intake.read(SimpleUploadedFile("x", data)).found
    return [
        Image.open(io.BytesIO(made)).convert("RGB") for made in (found.display, found.thumbnail)
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
    found = []
    for number, colour in enumerate(truth):
        row, column = divmod(number, ACROSS)
        top, left = (round(side * (n + 0.3)) for n in (row, column))
        size = round(side * 0.4)
        shown = pixels[top : top + size, left : left + size].mean(axis=(0, 1)) / 255
        found.append(Color("srgb", shown.tolist()).delta_e(colour, method="2000"))
    return found


def judge(data, truth, limit=LIMIT):
    for name, rendition in zip(("display", "thumbnail"), renditions_of(data), strict=True):
        found = errors(rendition, truth)
        worst = int(np.argmax(found))
        seen = f"{name}: ΔE2000 {found[worst]:.2f} on {truth[worst].convert('srgb').to_string()}"
        assert found[worst] < limit, seen


def saved(image, format, **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def coded(space, colours=SRGB, top=255):
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
    head = struct.pack(">IIBBBBB", width, height, 8 * pixels.itemsize, kind, 0, 0, 0)
    lines = pixels.astype(pixels.dtype.newbyteorder(">")).reshape(height, -1)
    data = zlib.compress(b"".join(b"\0" + line.tobytes() for line in lines))
    parts = [(b"IHDR", head), *chunks, (b"IDAT", data), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def iccp(profile):
    return b"iCCP", b"made\0\0" + zlib.compress(profile)


ENCODERS = {
    "JPEG": lambda image, icc: saved(image, "JPEG", quality=95, subsampling=0, icc_profile=icc),
    "PNG": lambda image, icc: saved(image, "PNG", icc_profile=icc),
    "WebP": lambda image, icc: saved(image, "WEBP", lossless=True, icc_profile=icc),
    "HEIC": lambda image, icc: heif(image, icc_profile=icc),
}
TRUTH = [Color(colour) for colour in SRGB]


@pytest.mark.parametrize("format", ENCODERS)
@pytest.mark.parametrize("space", ["srgb", "display-p3", "a98-rgb"])
def test_profile_is_honoured(space, format):
    image = picture(coded(space), "RGB")
    judge(ENCODERS[format](image, profiles.rgb(space)), TRUTH)


@pytest.mark.parametrize("format", ENCODERS)
def test_without_a_profile_it_is_srgb(format):
    judge(ENCODERS[format](picture(coded("srgb"), "RGB"), None), TRUTH)


@pytest.mark.parametrize("space", ["display-p3", "a98-rgb"])
def test_unheeded_profile_would_be_seen(space):
    """The sheet tells: the same codes without their profile are off by more than the limit."""
    data = ENCODERS["PNG"](picture(coded(space), "RGB"), None)
    assert all(max(errors(one, TRUTH)) > 1.5 * LIMIT for one in renditions_of(data))


@pytest.mark.parametrize("space", ["display-p3", "a98-rgb"])
def test_beyond_srgb_the_hue_stays(space):
    """No sRGB rendition can hold a phone's full red or green; it must not become another colour."""
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
def test_grey_profile(format, gamma):
    truth = [Color("srgb-linear", [(code / 255) ** gamma] * 3) for code in GREYS]
    judge(ENCODERS[format](picture(GREYS, "L"), profiles.grey(gamma)), truth)


def test_sixteen_bits_in_colour():
    for space in ("srgb", "display-p3", "a98-rgb"):
        pixels = sheet(coded(space, top=65535), np.uint16)
        judge(png(pixels, iccp(profiles.rgb(space))), TRUTH)


def test_sixteen_bits_in_grey():
    codes = np.array(GREYS) * 257
    plain = [Color("srgb", [code / 255] * 3) for code in GREYS]
    judge(png(sheet(codes, np.uint16)), plain)
    linear = [Color("srgb-linear", [code / 255] * 3) for code in GREYS]
    judge(png(sheet(codes, np.uint16), iccp(profiles.grey(1.0))), linear)


def ycck(image):
    """The same inks as a JPEG of Adobe's YCCK: C, M and Y turned as if they were RGB."""
    *inks, black = image.split()
    turned = Image.merge("RGB", inks).convert("YCbCr").split()
    data = saved(
        Image.merge("CMYK", [one.point(lambda v: 255 - v) for one in turned] + [black]),
        "JPEG", quality=98, subsampling=0,
    )  # fmt: skip
    at = data.index(b"Adobe") + 11
    return data[:at] + b"\2" + data[at + 1 :]


def test_cmyk_through_its_profile():
    """A journal's or a scanner's file; the table's grid points are the truth."""
    image = picture(INKS, "CMYK")
    truth = [profiles.printed(inks) for inks in INKS]
    judge(saved(image, "JPEG", quality=98, icc_profile=profiles.cmyk()), truth)


def test_cmyk_without_profile_is_as_browsers_show_it():
    """No truth but usage: what a channel's ink and the black leave of the light, in sRGB codes."""
    image = picture(INKS, "CMYK")
    truth = [Color("srgb", [(1 - i / 255) * (1 - k / 255) for i in cmy]) for *cmy, k in INKS]
    for data in (saved(image, "JPEG", quality=98), ycck(image)):
        judge(data, truth)


def test_jpeg_that_holds_rgb_and_says_so():
    """Adobe's marker with transform 0; taken for YCbCr it would be green and pink."""
    image = picture(coded("display-p3"), "RGB")
    data = saved(image, "JPEG", quality=95, keep_rgb=True, icc_profile=profiles.rgb("display-p3"))
    judge(data, TRUTH)


def test_profile_of_another_kind_says_nothing():
    """Grey profile on colour: the pixels stay as they are rather than grey."""
    data = ENCODERS["PNG"](picture(coded("srgb"), "RGB"), profiles.grey(2.2))
    judge(data, TRUTH)


@pytest.mark.parametrize("format", ["PNG", "WebP"])
def test_profile_beside_transparency_and_palette(format):
    """A telephone's screenshot is RGBA in Display P3."""
    profile = profiles.rgb("display-p3")
    image = picture(coded("display-p3"), "RGB")
    clear = image.copy()
    clear.putalpha(255)
    judge(ENCODERS[format](clear, profile), TRUTH)
    if format == "PNG":
        judge(ENCODERS[format](image.quantize(64), profile), TRUTH)


def test_made_profiles_are_sound():
    """LittleCMS reads them as what they are meant to be."""
    for data, space in (
        (profiles.rgb("srgb"), "RGB"), (profiles.rgb("a98-rgb"), "RGB"),
        (profiles.grey(2.2), "GRAY"), (profiles.cmyk(), "CMYK"),
    ):  # fmt: skip
        profile = ImageCms.ImageCmsProfile(io.BytesIO(data)).profile
        assert profile.xcolor_space.strip() == space
