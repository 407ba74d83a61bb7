"""PNG: load it, and check that every line of the picture is in the file. Pillow is more lenient.

It accepts compressed data that ends early, leaving the missing lines black, and a file without its
end, which loses the checksum of the pixels and the EXIF of a writer that puts it last.
"""

import mmap
import zlib
from collections.abc import Iterator

from PIL import Image
from zlib_ng import zlib_ng

from imaging import renditions
from imaging.errors import ImageRefused

from . import strips
from .strips import Samples

# Of each pass: first column, column step, first line, line step.
_ADAM7: tuple[tuple[int, int, int, int], ...]
_ADAM7 = ((0, 8, 0, 8), (4, 8, 0, 8), (0, 4, 4, 8), (2, 4, 0, 4), (0, 2, 2, 4), (1, 2, 0, 2))
_ADAM7 += ((0, 1, 1, 2),)
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
_STEP = 2**20  # bytes unpacked at a time
_PIECE = 2**16  # bytes handed on at a time; what there is no room for is copied
_PLAIN = {
    "L": Samples(0, 1, "L", "L"),
    "RGB": Samples(2, 3, "RGBA", "RGBX"),
    "RGBA": Samples(6, 4, "RGBA", "RGBA"),
}


def load(image: Image.Image, data: bytes | mmap.mmap, whole: bool = False) -> Image.Image:
    """The pixels of a PNG that Pillow has opened on `data` (a buffer), at display scale where that
    can be had in passing, `whole` for all of them. Raises ImageRefused for one that ends early;
    whatever Pillow raises for what it cannot decode."""
    _forget_texts(image)
    if (plain := load_plain(image, data, 1 if whole else _scale(image.size))) is not None:
        return plain
    image.load()
    _forget_texts(image)  # also those that follow the pixels
    if not _is_whole(image, data):
        raise ImageRefused("corrupt_image")
    return image


def _scale(size: tuple[int, int]) -> int:
    """By how much it is reduced here: as renditions do, but not where they would once more."""
    k = renditions.reduction_factor(size)
    return k if renditions.reduction_factor((-(-size[0] // k), -(-size[1] // k))) == 1 else 1


def load_plain(image: Image.Image, data: bytes | mmap.mmap, k: int = 1) -> Image.Image | None:
    """Most PNGs are of one kind: eight bits a sample, line after line, no colour that stands for
    transparency, nothing behind the pixels. Those are decoded in strips, in half the time. What is
    not whole and right to the last checksum, Pillow may judge."""
    kinds: set[bytes] = set()
    places: list[tuple[int, int]] = []
    header, ended = b"", False
    for kind, start, stop in iterate_chunks(data):
        if kind == b"IDAT":
            places.append((start, stop))
        elif places and kind != b"IEND":
            return None
        elif kind in (b"IHDR", b"IEND"):
            if kind in kinds or not _is_sound(data, kind, start, stop):
                return None
            header = header or data[start:stop]
        kinds.add(kind)
        ended = kind == b"IEND"
        if ended:
            break
    samples = _PLAIN.get(image.mode)
    if not ended or not samples or kinds & {b"tRNS", b"acTL", b"PLTE"}:
        return None
    size = b"".join(side.to_bytes(4) for side in image.size)
    if header != size + bytes((8, samples.type, 0, 0, 0)):  # depth, type, and not interlaced
        return None
    try:
        return strips.decode(_packed(data, places), samples, image.size, k)
    except strips.Broken:
        return None


def _is_sound(data: bytes | mmap.mmap, kind: bytes, start: int, stop: int) -> bool:
    return zlib.crc32(kind + data[start:stop]).to_bytes(4) == data[stop : stop + 4]


def _packed(data: bytes | mmap.mmap, places: list[tuple[int, int]]) -> Iterator[bytes]:
    """What is in these chunks, a piece at a time. Raises Broken where a chunk's checksum is
    another: libspng, as it is bound, does not ask, and changed bits would be shown."""
    for start, stop in places:
        checksum = zlib_ng.crc32(b"IDAT")
        for at in range(start, stop, _PIECE):
            piece = data[at : min(at + _PIECE, stop)]
            checksum = zlib_ng.crc32(piece, checksum)
            yield piece
        if checksum.to_bytes(4) != data[stop : stop + 4]:
            raise strips.Broken


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


def iterate_chunks(data: bytes | mmap.mmap) -> Iterator[tuple[bytes, int, int]]:
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
    for kind, start, stop in iterate_chunks(data):
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
    for kind, start, stop in iterate_chunks(data):
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
