"""Faults that `script/fuzz` found, each with the smallest file that shows it."""

import io
import struct
import zlib

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from imaging import intake
from imaging.errors import ImageRefused
from tools import phantoms

SIZE = (40, 30)


def read(data):
    return intake.read(ContentFile(data, name="x")).found


def refusal(data):
    with pytest.raises(ImageRefused) as error:
        read(data)
    return error.value.code


def png(mode="RGB", colour="tan", size=SIZE, **options):
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, "PNG", **options)
    return out.getvalue()


def taller(data, lines):
    """The same PNG with a header that announces more lines, and a valid checksum."""
    header = data[16:20] + struct.pack(">I", SIZE[1] + lines) + data[24:29]
    return data[:16] + header + struct.pack(">I", zlib.crc32(b"IHDR" + header)) + data[33:]


def interlaced(passes=7):
    """An 8 × 9 RGB picture of one grey, Adam7-interlaced, with only the first `passes` passes."""
    shapes = ((1, 2), (1, 2), (2, 1), (2, 3), (4, 2), (4, 5), (8, 4))  # columns, lines of each
    lines = b"".join((b"\0" + b"\x99" * (3 * width)) * height for width, height in shapes[:passes])
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", 8, 9, 8, 2, 0, 0, 1)),
        (b"IDAT", zlib.compress(lines)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


@pytest.mark.parametrize("missing", [1, 4, 12, 16, 20])
def test_png_without_its_last_bytes_is_refused(missing):
    """It used to be accepted without the checksum of its pixels, and without a date that some
    writers put last."""
    data = png()
    assert refusal(data[:-missing]) == "corrupt_image"
    assert refusal(data[:-missing] + b"\xff" * (missing - 1)) == "corrupt_image"


@pytest.mark.parametrize("lines", [1, 30, 500_000])
@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA", "1", "P"])
def test_png_with_lines_missing_is_refused(mode, lines):
    """It used to be accepted, with the missing lines shown as black skin."""
    assert refusal(taller(png(mode, 1 if mode in "1P" else "white"), lines)) == "corrupt_image"


def test_interlaced_png_with_lines_missing_is_refused():
    """It used to be accepted with every other line black."""
    assert (read(interlaced()).width, read(interlaced()).height) == (8, 9)
    for passes in range(1, 7):
        assert refusal(interlaced(passes)) == "corrupt_image"


@pytest.mark.parametrize("mode", ["RGB", "L", "LA", "RGBA", "1", "P", "I;16"])
@pytest.mark.parametrize("size", [(40, 30), (33, 7), (8, 8)])
def test_png_with_a_black_last_line_is_accepted(mode, size):
    """A dermoscope's surround is black: such a picture is complete."""
    out = io.BytesIO()
    Image.new(mode, size).save(out, "PNG")
    assert read(out.getvalue()).width == size[0]


@pytest.mark.parametrize("keyword", ["transparency", "interlace"])
@pytest.mark.parametrize("offset", [33, -12], ids=["before the pixels", "after them"])
def test_png_text_chunk_is_not_read_as_an_option(keyword, offset):
    """Its keyword used to be taken for Pillow's own, and the picture was refused as damaged."""
    text = b"tEXt" + keyword.encode() + b"\0none"
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    data = png()
    shown = Image.open(io.BytesIO(read(data[:offset] + chunk + data[offset:]).display))
    assert shown.convert("RGB").getpixel((5, 5))[0] > 200


def heic(width, shift=0):
    """A HEIC of 64 × 64 px with a crop box of 30 lines and `width` columns, `shift` off centre."""
    data = phantoms.encode(Image.new("RGB", SIZE, "tan"), "HEIF")
    offset = data.index(b"clap") + 4
    box = struct.pack(">8i", width, 1, 30, 1, shift, 1, 0, 1)
    return data[:offset] + box + data[offset + len(box) :]


@pytest.mark.parametrize(
    ("width", "shift", "expected"),
    [(64, 0, 64), (40, 0, 40), (100, 0, 64), (500_000, 0, 64), (40, 22, 30)],
)
def test_cropped_heic_has_the_size_of_its_pixels(width, shift, expected):
    """The crop box used to be trusted, and the thumbnail showed the lesion stretched."""
    photo = read(heic(width, shift))
    assert photo.height == 30
    assert abs(photo.width - expected) <= 1
    assert Image.open(io.BytesIO(photo.display)).size == (photo.width, 30)
    assert Image.open(io.BytesIO(photo.thumbnail)).size == (photo.width, 30)


def test_heic_cropped_to_nothing_is_refused():
    assert refusal(heic(40, 50)) == "corrupt_image"


def test_jpeg_with_a_resolution_of_another_type_is_accepted():
    """A resolution of one byte instead of a fraction used to be refused as damage."""
    resolution = struct.pack(">HHIIHHII", 0x011A, 1, 1, 72 << 24, 0x0128, 3, 1, 2 << 16)
    block = b"Exif\0\0MM\0*\0\0\0\x08\0\2" + resolution + bytes(4)
    out = io.BytesIO()
    Image.new("RGB", SIZE, "tan").save(out, "JPEG", exif=block)
    data = out.getvalue()
    without_jfif = data[:2] + data[20:]  # Pillow prefers its resolution
    assert read(without_jfif).width == SIZE[0]
