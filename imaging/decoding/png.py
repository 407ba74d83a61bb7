"""PNG: load it, and check that every line of the picture is in the file. Pillow is more lenient.

It accepts compressed data that ends early, leaving the missing lines black, and a file without its
end, which loses the checksum of the pixels and the EXIF of a writer that puts it last.
"""

import mmap
import zlib
from collections.abc import Iterator
from typing import NamedTuple

import pyspng
from PIL import Image

from imaging.errors import ImageRefused

# Of each pass: first column, column step, first line, line step.
_ADAM7: tuple[tuple[int, int, int, int], ...]
_ADAM7 = ((0, 8, 0, 8), (4, 8, 0, 8), (0, 4, 4, 8), (2, 4, 0, 4), (0, 2, 2, 4), (1, 2, 0, 2))
_ADAM7 += ((0, 1, 1, 2),)
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
_STEP = 2**20  # bytes unpacked at a time


class _Samples(NamedTuple):
    """A PNG's colour type, the format to request from libspng, and Pillow's mode for the result."""

    type: int
    format: str
    mode: str


_PLAIN = {"L": _Samples(0, "L", "L"), "RGB": _Samples(2, "RGBA", "RGBX")}
_PLAIN["RGBA"] = _Samples(6, "RGBA", "RGBA")


def load(image: Image.Image, data: bytes | mmap.mmap) -> Image.Image:
    """The pixels of a PNG that Pillow has opened on `data`. Raises ImageRefused for one
    that ends early; whatever Pillow raises for what it cannot decode."""
    _forget_texts(image)
    if (plain := _plain(image, data)) is not None:
        return plain
    image.load()
    _forget_texts(image)  # also those that follow the pixels
    if not _is_whole(image, data):
        raise ImageRefused("corrupt_image")
    return image


def _plain(image: Image.Image, data: bytes | mmap.mmap) -> Image.Image | None:
    """The pixels of a PNG of the usual kind: eight bits a sample, not interlaced, no transparent
    colour, nothing after the pixels. libspng decodes those in half the time. It only gets the
    chunks of the picture; None for any other PNG, which is left to Pillow."""
    kinds: set[bytes] = set()
    kept: list[bytes] = []
    ended = False
    for kind, start, stop in _chunks(data):
        if kind in (b"IHDR", b"IDAT", b"IEND"):
            chunk = data[start - 8 : stop + 4]
            # libspng's binding does not check: changed bits would be shown.
            if zlib.crc32(memoryview(chunk)[4:-4]).to_bytes(4) != chunk[-4:]:
                return None
            kept.append(chunk)
        if b"IDAT" in kinds and kind not in (b"IDAT", b"IEND"):
            return None
        kinds.add(kind)
        ended = kind == b"IEND" and stop + 4 <= len(data)
        if ended:
            break
    samples = _PLAIN.get(image.mode)
    if not ended or not samples or kinds & {b"tRNS", b"acTL", b"PLTE"}:
        return None
    if kept[0][16:21] != bytes((8, samples.type, 0, 0, 0)):  # depth, type, and not interlaced
        return None
    try:
        pixels = pyspng.load(data[:8] + b"".join(kept), samples.format)
    except RuntimeError:
        return None
    mode = samples.mode
    if pixels.shape[1::-1] != image.size:
        return None
    return Image.frombuffer(mode, image.size, pixels, "raw", mode, 0, 1)


def _forget_texts(image: Image.Image) -> None:
    """Pillow keeps texts and decoded values in one dictionary: a text with the keyword
    "transparency" or "interlace" would be used as such."""
    for name in [name for name, value in image.info.items() if isinstance(value, str)]:
        if name != "Raw profile type exif":
            del image.info[name]


def _is_whole(image: Image.Image, data: bytes | mmap.mmap) -> bool:
    end = data.rfind(b"\0\0\0\0IEND", 0, len(data))  # a memory map searches from its position
    if not 0 <= end <= len(data) - 12:
        return False
    header = _header(data)
    width, height = image.size
    # A missing line is all zeros. Decompressing again is only for a picture with such a last line,
    # or one whose lines are not in order.
    interlaced = header[12] == 1
    if not interlaced and any(image.crop((0, height - 1, width, height)).tobytes()):
        return True
    return _has(_size(header, width, height, interlaced), data)


def _chunks(data: bytes | mmap.mmap) -> Iterator[tuple[bytes, int, int]]:
    """(type, start, end) of the data of each chunk."""
    at = 8
    while at + 12 <= len(data):
        start = at + 8
        stop = start + int.from_bytes(data[at : at + 4])
        yield bytes(data[at + 4 : start]), start, stop
        at = stop + 4


def _header(data: bytes | mmap.mmap) -> bytes:
    """The content of IHDR: like Pillow, of the last one before the pixels."""
    header = b""
    for kind, start, stop in _chunks(data):
        if kind == b"IDAT":
            break
        if kind == b"IHDR":
            header = data[start:stop]
    return header


def _size(header: bytes, width: int, height: int, interlaced: bool) -> int:
    """Bytes of the decompressed lines, each with its filter byte."""
    bits = header[8] * _SAMPLES[header[9]]
    passes = _ADAM7 if interlaced else ((0, 1, 0, 1),)
    size = 0
    for column, across, line, down in passes:
        columns, lines = -((column - width) // across), -((line - height) // down)
        if columns > 0:
            size += max(0, lines) * (1 + (columns * bits + 7) // 8)
    return size


def _has(size: int, data: bytes | mmap.mmap) -> bool:
    """Whether the compressed data has at least `size` bytes when decompressed."""
    unpacker = zlib.decompressobj()
    for kind, start, stop in _chunks(data):
        if kind != b"IDAT":
            continue
        if size <= 0 or unpacker.eof:
            break
        packed = data[start:stop]
        while size > 0 and packed and not unpacker.eof:
            try:
                size -= len(unpacker.decompress(packed, min(size, _STEP)))
            except zlib.error:
                return False
            packed = unpacker.unconsumed_tail
    return size <= 0
