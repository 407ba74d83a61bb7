"""PNG: load it, and see that every line of the picture is in the file. Pillow wants less.

It takes the end of the compressed data for the end of the picture, and leaves the lines that are
missing black; and it does not ask for the end of the file, with which go the check of the pixels
and the EXIF of a writer that puts it last.
"""

import zlib

from PIL import Image
from zlib_ng import zlib_ng

from imaging import renditions
from imaging.errors import ImageRefused

from . import strips
from .strips import Samples

_ADAM7 = ((0, 8, 0, 8), (4, 8, 0, 8), (0, 4, 4, 8), (2, 4, 0, 4), (0, 2, 2, 4), (1, 2, 0, 2))
_ADAM7 += ((0, 1, 1, 2),)  # first column, every so many; first line, every so many
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # by colour type
_STEP = 2**20  # bytes unpacked at a time
_PIECE = 2**16  # bytes handed on at a time; what there is no room for is copied
_PLAIN = {
    "L": Samples(0, 1, "L", "L"),
    "RGB": Samples(2, 3, "RGBA", "RGBX"),
    "RGBA": Samples(6, 4, "RGBA", "RGBA"),
}


def load(image: Image.Image, data, whole: bool = False) -> Image.Image:
    """The pixels of a PNG that Pillow has opened on `data` (a buffer), at display scale where that
    can be had in passing, `whole` for all of them. Raises ImageRefused for one that ends early;
    whatever Pillow raises for what it cannot decode."""
    _forget_texts(image)
    if (plain := _plain(image, data, 1 if whole else _scale(image.size))) is not None:
        return plain
    image.load()
    _forget_texts(image)  # of those, too, that follow the pixels
    if not _is_whole(image, data):
        raise ImageRefused("corrupt_image")
    return image


def _scale(size):
    """By how much it is reduced here: as renditions do, but not where they would once more."""
    k = renditions.reduction(size)
    return k if renditions.reduction([-(-side // k) for side in size]) == 1 else 1


def _plain(image, data, k=1):
    """Most PNGs are of one kind: eight bits a sample, line after line, no colour that stands for
    transparency, nothing behind the pixels. Those are decoded in strips, in half the time. What is
    not whole and right to the last checksum, Pillow may judge."""
    kinds, places, header, ended = set(), [], b"", False
    for kind, start, stop in _chunks(data):
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


def _is_sound(data, kind, start, stop):
    return zlib.crc32(kind + data[start:stop]).to_bytes(4) == data[stop : stop + 4]


def _packed(data, places):
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


def _forget_texts(image):
    """Pillow keeps texts and what it has decoded in one dictionary: a remark under the keyword
    "transparency" or "interlace" would be taken for that."""
    for name in [name for name, value in image.info.items() if isinstance(value, str)]:
        if name != "Raw profile type exif":
            del image.info[name]


def _is_whole(image, data):
    end = data.rfind(b"\0\0\0\0IEND", 0, len(data))  # a memory map looks from where it was read
    if not 0 <= end <= len(data) - 12:
        return False
    header = _header(data)
    width, height = image.size
    # A missing line is all zeros. Unpacking once more is for a picture that has such a last line,
    # or whose lines do not come in their order.
    interlaced = header[12] == 1
    if not interlaced and any(image.crop((0, height - 1, width, height)).tobytes()):
        return True
    return _has(_size(header, width, height, interlaced), data)


def _chunks(data):
    at = 8
    while at + 12 <= len(data):
        start = at + 8
        stop = start + int.from_bytes(data[at : at + 4])
        yield bytes(data[at + 4 : start]), start, stop
        at = stop + 4


def _header(data):
    """What stands in IHDR, as Pillow takes it: the last before the pixels."""
    header = b""
    for kind, start, stop in _chunks(data):
        if kind == b"IDAT":
            break
        if kind == b"IHDR":
            header = data[start:stop]
    return header


def _size(header, width, height, interlaced):
    """Bytes of the lines, unpacked, each with the byte of its filter."""
    bits = header[8] * _SAMPLES[header[9]]
    passes = _ADAM7 if interlaced else ((0, 1, 0, 1),)
    size = 0
    for column, across, line, down in passes:
        columns, lines = -((column - width) // across), -((line - height) // down)
        if columns > 0:
            size += max(0, lines) * (1 + (columns * bits + 7) // 8)
    return size


def _has(size, data):
    """Does the compressed data hold so many bytes?"""
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
