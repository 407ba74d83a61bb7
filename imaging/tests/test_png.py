"""The fast way of a PNG shows what the slow one does, pixel for pixel."""

import io
import zlib

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from imaging import renditions
from imaging.decoding import png, strips
from tools import phantoms

PICTURE = phantoms.macro(1, size=(320, 240), lesion=phantoms.Lesion(1))


def saved(image, **options):
    out = io.BytesIO()
    image.save(out, "PNG", **options)
    return out.getvalue()


def plain(data, k=1):
    return png._plain(Image.open(io.BytesIO(data)), data, k)


def repacked(data, change):
    """With other packed data, in chunks of seven bytes; every chunk with the checksum it needs."""
    chunks = [(kind, data[start:stop]) for kind, start, stop in png._chunks(data)]
    packed = change(b"".join(body for kind, body in chunks if kind == b"IDAT"))
    pieces = [(b"IDAT", packed[at : at + 7]) for at in range(0, len(packed), 7)]
    return data[:8] + b"".join(
        len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)
        for kind, body in [chunks[0], *pieces, chunks[-1]]
    )


def lines(change):
    return lambda packed: zlib.compress(change(zlib.decompress(packed)))


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


@pytest.mark.parametrize("k", [1, 2, 8])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_strips_join_to_what_the_whole_gives(mode, k, monkeypatch):
    """Lines are told as differences from the line above, which may lie in the strip before."""
    monkeypatch.setattr(strips, "_STRIP", 10_000)
    picture = with_alpha(PICTURE.convert("RGB")) if mode == "RGBA" else PICTURE.convert(mode)
    picture = picture.crop((0, 0, 317, 233))  # no multiple of anything
    fast = plain(repacked(saved(picture), lambda packed: packed), k)
    assert np.array_equal(np.asarray(fast.convert(mode)), np.asarray(picture.reduce(k)))


@pytest.mark.parametrize("long_edge", [1919, 3840, 7679, 7680, 31_001])
def test_it_is_reduced_as_any_other_picture(long_edge):
    picture = Image.effect_noise((long_edge, 8), 90).convert("RGB")
    data = saved(picture, compress_level=1)
    shown = renditions.upright_srgb(png.load(Image.open(io.BytesIO(data)), data), 1, None)
    slow = renditions.upright_srgb(picture, 1, None)
    assert np.array_equal(np.asarray(shown.convert("RGB")), np.asarray(slow.convert("RGB")))


@pytest.mark.parametrize(
    "change",
    [
        lambda packed: packed[:-1] + bytes([packed[-1] ^ 1]),
        lambda packed: packed[:-1],
        lambda packed: packed + b"more",
        lines(lambda raw: raw + b"\0"),
        lines(lambda raw: raw[:-1]),
        lines(lambda raw: b"\5" + raw[1:]),
    ],
    ids=["checksum", "cut", "more", "a byte more", "a byte less", "no such filter"],
)
def test_the_fast_way_wants_the_picture_and_nothing_else(change):
    data = saved(PICTURE)
    assert plain(repacked(data, lambda packed: packed)) is not None
    assert plain(repacked(data, change)) is None
