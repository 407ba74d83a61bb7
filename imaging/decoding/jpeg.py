"""JPEG: one strict decode at a DCT scale, which validates the file and detects damage."""

import mmap
import re
from collections.abc import Iterator

import numpy as np
import simplejpeg
from PIL import Image, JpegImagePlugin

from imaging import renditions
from imaging.errors import ImageRefused

from .damage import has_step

Data = bytes | mmap.mmap  # a whole file

MAX_SCANS = 100  # cameras write at most ten; each costs a pass over the whole picture
# The DCT scales (n / 8) that cost less than the pixels they save.
_SCALES = (1, 2, 3, 4, 5, 8)
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)  # not a stuffed byte, not a restart
_BASELINE = (0xC0, 0xC1)
_DHT, _SOS, _EOI, _APP = 0xC4, 0xDA, 0xD9, range(0xE0, 0xF0)
_EXTRANEOUS = re.compile(r"(\d+) extraneous bytes before marker 0x([0-9a-f]{2})")
# libjpeg's warnings about the header, not the pixels.
_HEADER_WARNINGS = ("bad ICC marker", "Adobe color transform")
_COLOUR_SPACES = {"L": "GRAY", "RGB": "RGBX", "CMYK": "CMYK"}  # Pillow's name → TurboJPEG's
_ZEROS = bytes(64)  # left by a bad sector or a sparse file
_UNSUPPORTED = "Could not determine subsampling"


class File(JpegImagePlugin.JpegImageFile):
    """Pillow's, without reading the resolution from EXIF: one of an unexpected type makes Pillow
    fail on the file."""

    def _read_dpi_from_exif(self) -> None:
        pass


def decode(image: JpegImagePlugin.JpegImageFile, data: Data) -> tuple[Image.Image, bool]:
    """(pixels at display scale, damaged?) of a JPEG that Pillow has opened on `data`.

    The file is read completely: every scale decodes all entropy-coded data. Damage in the middle
    leaves a picture that may be wrong in places. Raises ImageRefused for one that ends early or
    has more scans than any camera writes; whatever Pillow raises for what it cannot decode.
    """
    if not _is_single_scan(data) and count_scans(data)[0] > MAX_SCANS:
        raise ImageRefused("corrupt_image")
    warning: str | None
    n = scale(image.size)
    if image.mode in ("L", "RGB"):
        try:
            pixels = _decode_strictly(data, image.mode, _scaled(image.size, n))
        except ValueError as error:
            warning = str(error)
            if "Premature end of JPEG file" in warning:
                raise ImageRefused("corrupt_image") from error
        else:
            return _to_image(pixels), has_zeros(data) or _has_step(pixels, image, n)
    else:
        warning = _first_warning(data, image.mode)
    image.draft(image.mode, renditions.draft_box(image.size))
    image.load()
    return image, has_zeros(data) or indicates_damage(warning, data, image.mode)


def whole(image: JpegImagePlugin.JpegImageFile, data: Data) -> Image.Image:
    """All pixels, at full size, of a JPEG that Pillow has opened on `data`; one damaged in the
    middle is read as far as possible. Raises as `decode`."""
    if not _is_single_scan(data) and count_scans(data)[0] > MAX_SCANS:
        raise ImageRefused("corrupt_image")
    if image.mode in ("L", "RGB"):
        try:
            return _to_image(_decode_strictly(data, image.mode, image.size))
        except ValueError as error:  # Pillow continues where TurboJPEG stops
            if "Premature end of JPEG file" in str(error):
                raise ImageRefused("corrupt_image") from error
    image.load()
    return image


def scale(size: tuple[int, int]) -> int:
    """The smallest DCT scale, in eighths, that keeps the long edge at 1920 px or more."""
    return next((n for n in _SCALES if max(_scaled(size, n)) >= renditions.DISPLAY_MIN), 8)


def _scaled(size: tuple[int, int], n: int) -> tuple[int, int]:
    return -(-size[0] * n // 8), -(-size[1] * n // 8)


def _decode_strictly(data: Data, mode: str, size: tuple[int, int]) -> np.ndarray:
    """Pixels (h, w, bands; uint8) of at least `size` (width, height). Raises ValueError at
    libjpeg's first warning."""
    return simplejpeg.decode_jpeg(
        data, _COLOUR_SPACES[mode], min_width=size[0], min_height=size[1], strict=True
    )


def _to_image(pixels: np.ndarray) -> Image.Image:
    """An image on the decoder's own memory, in Pillow's layout: no copy."""
    height, width, bands = pixels.shape
    mode = "L" if bands == 1 else "RGBX"
    return Image.frombuffer(mode, (width, height), pixels, "raw", mode, 0, 1)


def _has_step(pixels: np.ndarray, image: JpegImagePlugin.JpegImageFile, n: int) -> bool:
    """Whether the decoder lost its place without libjpeg noticing (see `damage`)."""
    layers = image.layer
    factors = [(1, 1)] if len(layers) == 1 else [(v, h) for _id, h, v, _table in layers]
    block = max(v for v, _h in factors) * n, max(h for _v, h in factors) * n
    return has_step(pixels[..., min(1, pixels.shape[2] - 1)], block)


def _first_warning(data: Data, mode: str) -> str | None:
    """libjpeg's first warning in a strict pass at 1/8, or None."""
    try:
        simplejpeg.decode_jpeg(data, _COLOUR_SPACES[mode], min_width=1, min_height=1, strict=True)
    except ValueError as error:
        return str(error)
    return None


def indicates_damage(warning: str | None, data: Data, mode: str) -> bool:
    """Whether libjpeg's first warning (None: there was none) means that pixels may be wrong. `mode`
    is that of the decoded picture."""
    if warning and any(words in warning for words in _HEADER_WARNINGS):
        # Decoding stopped there: look at the rest without the segments that caused it.
        warning = _first_warning(without_app_segments(data), mode)
    if not warning or _UNSUPPORTED in warning:
        return False
    if match := _EXTRANEOUS.search(warning):
        count, marker = int(match[1]), int(match[2], 16)
        if marker == _EOI:  # a camera's padding repeats one byte; damaged data does not
            _scans, end = count_scans(data)
            return len(set(data[end - count : end])) > 1
        return not has_bytes_between_segments(data)
    return True


def has_zeros(data: Data) -> bool:
    """Whether there is a run of zeros in the entropy-coded data of a baseline picture. A decoder
    reads through it and often resynchronises, so that libjpeg notices nothing; but no encoder
    writes one, unless zeros are its code for an empty block."""
    if data.find(_ZEROS, 0) < 0:
        return False
    baseline, scan_start = False, len(data)
    tables: list[tuple[bool, int]] = []
    for marker, start, stop in segments(data):
        baseline |= marker in _BASELINE
        if marker == _DHT:
            tables.extend(first_symbols(data[start + 4 : stop]))
        scan_start = stop
    empty_is_zeros = all(symbol == 0 for is_ac, symbol in tables if is_ac)
    if not baseline or empty_is_zeros or data.find(_ZEROS, scan_start) < 0:
        return False
    _scans, end = count_scans(data)
    zeros = data.find(_ZEROS, scan_start, end)
    # Zeros up to the end marker are a camera's padding.
    return zeros >= 0 and data[zeros:end].strip(b"\0") != b""


def first_symbols(segment: bytes) -> Iterator[tuple[bool, int]]:
    """(is an AC table, symbol whose code is all zeros) of each Huffman table in a DHT segment."""
    while len(segment) > 17:
        yield segment[0] >> 4 == 1, segment[17]
        segment = segment[17 + sum(segment[1:17]) :]


def segments(data: Data) -> Iterator[tuple[int, int, int]]:
    """(marker, start, end) of the segments before the first scan; the scan's header is last."""
    position = 2
    while match := _MARKER.search(data, position):
        marker, start = match[0][1], match.end()
        stop = start if marker in (0x01, 0xD8) else start + int.from_bytes(data[start : start + 2])
        yield marker, match.start(), stop
        if marker in (_SOS, _EOI):
            return
        position = stop


def has_bytes_between_segments(data: Data) -> bool:
    """Whether there are stray bytes before the first scan, which are harmless to the pixels."""
    expected = 2
    for _marker, start, stop in segments(data):
        if bytes(data[expected:start]).strip(b"\xff"):
            return True
        expected = stop
    return False


def without_app_segments(data: Data) -> bytes:
    """The JPEG without its APPn segments (EXIF, profile, XMP), which do not affect decoding."""
    kept, position = [b"\xff\xd8"], 2
    for marker, start, stop in segments(data):
        if marker not in _APP:
            kept.append(bytes(data[start:stop]))
        position = stop
    return b"".join([*kept, data[position:]])


def _is_single_scan(data: Data) -> bool:
    """Whether it is baseline with all components in its first scan: libjpeg reads no other."""
    components = None
    for marker, start, _stop in segments(data):
        if marker in _BASELINE:
            components = data[start + 9 : start + 10]
        elif marker == _SOS:
            return components == data[start + 4 : start + 5]
    return False


def count_scans(data: Data) -> tuple[int, int]:
    """(number of scans, position of the EOI marker) of a JPEG's first picture: what follows (a
    motion photo's video) does not count. Stops after MAX_SCANS."""
    count, position = 0, 2
    while count <= MAX_SCANS and (match := _MARKER.search(data, position)):
        marker, position = match[0][1], match.end()
        if marker == _EOI:
            return count, match.start()
        count += marker == _SOS
        if marker not in (0x01, 0xD8):  # only these two have no length
            position += int.from_bytes(data[position : position + 2])
    return count, len(data)
