"""PNG in strips: some lines at a time are unpacked, decoded and reduced.

Neither the packed data nor the picture is in memory whole. zlib-ng unpacks. libspng, as it is
bound, decodes nothing less than a file: it gets a small one for each strip, of the lines as they
came, stored without packing, below the line before them, from which they may tell a difference.
"""

from collections.abc import Iterator
from typing import NamedTuple

import pyspng
from PIL import Image
from zlib_ng import zlib_ng

STRIP_BYTES = 2**19  # bytes of lines at a time: they stay in the processor's cache
_STORED = 2**16 - 1  # bytes in a block of zlib's that is stored, at most
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


class Broken(Exception):
    """The packed data is not that of the whole picture and of nothing else."""


class Samples(NamedTuple):
    """A PNG's colour type and its bytes a pixel; libspng's name for what is wanted of it, and
    Pillow's for what it gives."""

    type: int
    size: int
    format: str
    mode: str


def decode(packed: Iterator[bytes], samples: Samples, size, k: int) -> Image.Image:
    """What `Image.reduce(k)` makes of the picture (eight bits a sample, not interlaced) whose
    packed data comes in pieces. Raises Broken."""
    width, height = size
    line = 1 + width * samples.size
    most = max(1, STRIP_BYTES // line // k) * k
    picture = Image.new(samples.mode, (-(-width // k), -(-height // k)))
    unpacker = _Unpacker(packed)
    above = bytes(line)
    for top in range(0, height, most):
        count = min(most, height - top)
        pixels = _lines([above, *unpacker.take(count * line)], samples, (width, count + 1))
        above = b"\0" + pixels[-1].reshape(width, -1)[:, : samples.size].tobytes()
        mode = samples.mode
        strip = Image.frombuffer(mode, (width, count), pixels[1:], "raw", mode, 0, 1)
        picture.paste(strip.reduce(k) if k > 1 else strip, (0, top // k))
    unpacker.finish()
    return picture


class _Unpacker:
    """Unpacks as much as is asked for."""

    def __init__(self, packed):
        self.packed = packed
        self.zlib = zlib_ng.decompressobj()

    def take(self, size):
        """The next `size` bytes, in pieces. Raises Broken."""
        pieces = []
        while size:
            piece = self._next(min(size, _STORED))
            if not piece:
                raise Broken
            pieces.append(piece)
            size -= len(piece)
        return pieces

    def finish(self):
        """Raises Broken where more follows, or the checksum is missing or another."""
        if self._next(1) or not self.zlib.eof or self.zlib.unused_data or any(self.packed):
            raise Broken

    def _next(self, most):
        """At most so many bytes; none at the end."""
        packed = self.zlib.unconsumed_tail
        try:
            while not (piece := self.zlib.decompress(packed, most)) and not self.zlib.eof:
                if (packed := next(self.packed, None)) is None:
                    break
        except zlib_ng.error as error:
            raise Broken from error
        return piece


def _lines(pieces, samples, size):
    """The pixels of lines that are coded as in a PNG. libspng does not ask for checksums."""
    width, height = size
    blocks, length = [b"\x78\x01"], 2 + 9
    for piece in pieces:
        for at in range(0, len(piece), _STORED):
            block = piece[at : at + _STORED]
            stored = len(block).to_bytes(2, "little")
            blocks += [b"\0", stored, (_STORED - len(block)).to_bytes(2, "little"), block]
            length += 5 + len(block)
    blocks.append(b"\1\0\0\xff\xff\0\0\0\0")  # the last one, empty, and a checksum
    header = width.to_bytes(4) + height.to_bytes(4) + bytes((8, samples.type, 0, 0, 0))
    start = [_SIGNATURE, (13).to_bytes(4), b"IHDR", header, bytes(4), length.to_bytes(4), b"IDAT"]
    file = b"".join([*start, *blocks, bytes(8), b"IEND", bytes(4)])
    try:
        pixels = pyspng.load(file, samples.format)
    except RuntimeError as error:  # there is no such filter
        raise Broken from error
    if pixels.shape[:2] != (height, width):
        raise Broken
    return pixels
