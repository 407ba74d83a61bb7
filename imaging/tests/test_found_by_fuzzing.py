"""What `script/fuzz` found, each as the smallest file that shows it."""

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


def found(data):
    return intake.read(ContentFile(data, name="x")).found


def refusal(data):
    with pytest.raises(ImageRefused) as caught:
        found(data)
    return caught.value.code


def png(mode="RGB", colour="tan", size=SIZE, **options):
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, "PNG", **options)
    return out.getvalue()


def taller(data, lines):
    """The same PNG with a header that promises so many lines more, its check sum mended."""
    header = data[16:20] + struct.pack(">I", SIZE[1] + lines) + data[24:29]
    return data[:16] + header + struct.pack(">I", zlib.crc32(b"IHDR" + header)) + data[33:]


def interlaced(passes=7):
    """Adam7 of an 8 × 9 RGB picture, all of one grey: so many of its seven passes."""
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


@pytest.mark.parametrize("lost", [1, 4, 12, 16, 20])
def test_png_without_its_end_is_refused(lost):
    """It was taken: its lines are there, but neither the check of its pixels nor the date that
    some writers put last."""
    data = png()
    assert refusal(data[:-lost]) == "corrupt_image"
    assert refusal(data[:-lost] + b"\xff" * (lost - 1)) == "corrupt_image"


@pytest.mark.parametrize("lines", [1, 30, 500_000])
@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA", "1", "P"])
def test_png_with_lines_missing_is_refused(mode, lines):
    """It was taken, and what is missing shown as black skin."""
    assert refusal(taller(png(mode, 1 if mode in "1P" else "white"), lines)) == "corrupt_image"


def test_interlaced_png_with_lines_missing_is_refused():
    """Every other line was black, the last one not."""
    assert (found(interlaced()).width, found(interlaced()).height) == (8, 9)
    for passes in range(1, 7):
        assert refusal(interlaced(passes)) == "corrupt_image"


@pytest.mark.parametrize("mode", ["RGB", "L", "LA", "RGBA", "1", "P", "I;16"])
@pytest.mark.parametrize("size", [(40, 30), (33, 7), (8, 8)])
def test_black_last_line_is_a_line(mode, size):
    """A dermoscope's surround is black: such a picture is whole all the same."""
    out = io.BytesIO()
    Image.new(mode, size).save(out, "PNG")
    assert found(out.getvalue()).width == size[0]


@pytest.mark.parametrize("keyword", ["transparency", "interlace"])
@pytest.mark.parametrize("at", [33, -12], ids=["before the pixels", "after them"])
def test_a_remark_in_a_png_is_a_remark(keyword, at):
    """Its keyword was taken for Pillow's own: a sound picture was refused as damaged."""
    text = b"tEXt" + keyword.encode() + b"\0none"
    chunk = struct.pack(">I", len(text) - 4) + text + struct.pack(">I", zlib.crc32(text))
    data = png()
    shown = Image.open(io.BytesIO(found(data[:at] + chunk + data[at:]).display))
    assert shown.convert("RGB").getpixel((5, 5))[0] > 200


def heic(width, shift=0):
    """A HEIC of 64 × 64 px, of which its crop box shows 30 lines and `width` columns, `shift` off
    the middle."""
    data = phantoms.encode(Image.new("RGB", SIZE, "tan"), "HEIF")
    at = data.index(b"clap") + 4
    box = struct.pack(">8i", width, 1, 30, 1, shift, 1, 0, 1)
    return data[:at] + box + data[at + len(box) :]


@pytest.mark.parametrize(
    ("width", "shift", "there"),
    [(64, 0, 64), (40, 0, 40), (100, 0, 64), (500_000, 0, 64), (40, 22, 30)],
)
def test_size_of_a_cropped_heic_is_that_of_its_pixels(width, shift, there):
    """The box's word was taken for it: the thumbnail showed the lesion stretched."""
    photo = found(heic(width, shift))
    assert photo.height == 30
    assert abs(photo.width - there) <= 1
    assert Image.open(io.BytesIO(photo.display)).size == (photo.width, 30)
    assert Image.open(io.BytesIO(photo.thumbnail)).size == (photo.width, 30)


def test_heic_cropped_to_nothing_is_too_small():
    assert refusal(heic(40, 50)) == "corrupt_image"


def test_resolution_of_another_type_does_not_lose_a_jpeg():
    """A resolution of one byte instead of a fraction: the photograph was refused as damaged."""
    resolution = struct.pack(">HHIIHHII", 0x011A, 1, 1, 72 << 24, 0x0128, 3, 1, 2 << 16)
    block = b"Exif\0\0MM\0*\0\0\0\x08\0\2" + resolution + bytes(4)
    out = io.BytesIO()
    Image.new("RGB", SIZE, "tan").save(out, "JPEG", exif=block)
    data = out.getvalue()
    without_jfif = data[:2] + data[20:]  # where Pillow finds the resolution first
    assert found(without_jfif).width == SIZE[0]
