"""The fast way of a PNG shows what the slow one does, pixel for pixel."""

import io

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from imaging.decoding import png
from tools import phantoms

PICTURE = phantoms.macro(1, size=(320, 240), lesion=phantoms.Lesion(1))


def saved(image, **options):
    out = io.BytesIO()
    image.save(out, "PNG", **options)
    return out.getvalue()


def plain(data):
    return png._plain(Image.open(io.BytesIO(data)), data)


def with_alpha(picture):
    ramp = np.linspace(0, 255, picture.width).astype(np.uint8)
    picture.putalpha(Image.fromarray(np.tile(ramp, (picture.height, 1))))
    return picture


@pytest.mark.parametrize("level", [1, 9])
@pytest.mark.parametrize(
    "picture",
    [PICTURE, PICTURE.convert("L"), with_alpha(PICTURE.convert("RGB")), PICTURE.crop((0, 0, 5, 4))],
    ids=["RGB", "L", "RGBA", "small"],
)
def test_the_fast_way_gives_the_same_pixels(picture, level):
    fast = plain(saved(picture, compress_level=level))
    assert fast is not None, "it went the fast way"
    assert np.array_equal(np.asarray(fast.convert(picture.mode)), np.asarray(picture))


@pytest.mark.parametrize(
    "data",
    [
        saved(PICTURE.convert("P")),
        saved(PICTURE.convert("LA")),
        saved(PICTURE.convert("1")),
        saved(Image.fromarray(np.zeros((9, 9), np.uint16))),
        saved(PICTURE, transparency=(0, 0, 0)),
        saved(PICTURE, save_all=True, append_images=[PICTURE.rotate(90)]),
    ],
    ids=["palette", "grey and alpha", "bits", "16 bits", "tRNS", "APNG"],
)
def test_other_kinds_are_pillows(data):
    assert plain(data) is None


def test_what_follows_the_pixels_is_read():
    """Some writers put EXIF last, and with it the date and which way is up."""
    texts = PngInfo()
    texts.add_text("Comment", "behind", zip=False)
    data = saved(PICTURE)
    end = data.rindex(b"IEND") - 4
    comment = saved(PICTURE, pnginfo=texts)
    at = comment.index(b"tEXt") - 4
    length = int.from_bytes(comment[at : at + 4]) + 12
    assert plain(data[:end] + comment[at : at + length] + data[end:]) is None
