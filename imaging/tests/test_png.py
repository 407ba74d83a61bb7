"""The fast path for PNG gives the same pixels as the slow one."""

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


def encode(image, **options):
    out = io.BytesIO()
    image.save(out, "PNG", **options)
    return out.getvalue()


def load_plain(data, k=1):
    return png.load_plain(Image.open(io.BytesIO(data)), data, k)


def repacked(data, change):
    """With changed compressed data, in chunks of seven bytes with valid checksums."""
    chunks = [(kind, data[start:stop]) for kind, start, stop in png.iterate_chunks(data)]
    compressed = change(b"".join(body for kind, body in chunks if kind == b"IDAT"))
    pieces = [(b"IDAT", compressed[offset : offset + 7]) for offset in range(0, len(compressed), 7)]
    return data[:8] + b"".join(
        len(body).to_bytes(4) + kind + body + zlib.crc32(kind + body).to_bytes(4)
        for kind, body in [chunks[0], *pieces, chunks[-1]]
    )


def change_lines(change):
    return lambda compressed: zlib.compress(change(zlib.decompress(compressed)))


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
def test_fast_path_gives_the_same_pixels(picture, level):
    fast = load_plain(encode(picture, compress_level=level))
    assert fast is not None, "it took the fast path"
    assert np.array_equal(np.asarray(fast.convert(picture.mode)), np.asarray(picture))


@pytest.mark.parametrize(
    "data",
    [
        encode(PICTURE.convert("P")),
        encode(PICTURE.convert("LA")),
        encode(PICTURE.convert("1")),
        encode(Image.fromarray(np.zeros((9, 9), np.uint16))),
        encode(PICTURE, transparency=(0, 0, 0)),
        encode(PICTURE, save_all=True, append_images=[PICTURE.rotate(90)]),
    ],
    ids=["palette", "grey and alpha", "bits", "16 bits", "tRNS", "APNG"],
)
def test_other_kinds_of_png_are_left_to_pillow(data):
    assert load_plain(data) is None


def test_chunks_after_the_pixels_are_left_to_pillow():
    """Some writers put EXIF last, with the date and the orientation."""
    texts = PngInfo()
    texts.add_text("Comment", "behind", zip=False)
    data = encode(PICTURE)
    end = data.rindex(b"IEND") - 4
    comment = encode(PICTURE, pnginfo=texts)
    offset = comment.index(b"tEXt") - 4
    length = int.from_bytes(comment[offset : offset + 4]) + 12
    assert load_plain(data[:end] + comment[offset : offset + length] + data[end:]) is None


@pytest.mark.parametrize("k", [1, 2, 8])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_strips_join_to_the_whole_picture(mode, k, monkeypatch):
    """Lines are coded as differences from the line above, which may be in the previous strip."""
    monkeypatch.setattr(strips, "STRIP_BYTES", 10_000)
    picture = with_alpha(PICTURE.convert("RGB")) if mode == "RGBA" else PICTURE.convert(mode)
    picture = picture.crop((0, 0, 317, 233))  # multiples of nothing
    fast = load_plain(repacked(encode(picture), lambda compressed: compressed), k)
    assert np.array_equal(np.asarray(fast.convert(mode)), np.asarray(picture.reduce(k)))


@pytest.mark.parametrize("long_edge", [1919, 3840, 7679, 7680, 31_001])
def test_png_is_reduced_like_other_pictures(long_edge):
    picture = Image.effect_noise((long_edge, 8), 90).convert("RGB")
    data = encode(picture, compress_level=1)
    fast = renditions.upright_srgb(png.load(Image.open(io.BytesIO(data)), data), 1, None)
    expected = renditions.upright_srgb(picture, 1, None)
    assert np.array_equal(np.asarray(fast.convert("RGB")), np.asarray(expected.convert("RGB")))


@pytest.mark.parametrize(
    "change",
    [
        lambda compressed: compressed[:-1] + bytes([compressed[-1] ^ 1]),
        lambda compressed: compressed[:-1],
        lambda compressed: compressed + b"more",
        change_lines(lambda raw: raw + b"\0"),
        change_lines(lambda raw: raw[:-1]),
        change_lines(lambda raw: b"\5" + raw[1:]),
    ],
    ids=["checksum", "cut", "more", "a byte more", "a byte less", "no such filter"],
)
def test_fast_path_refuses_damaged_or_extra_data(change):
    data = encode(PICTURE)
    assert load_plain(repacked(data, lambda compressed: compressed)) is not None
    assert load_plain(repacked(data, change)) is None
