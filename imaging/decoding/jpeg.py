"""JPEG: one strict decode at a DCT scale, which is the validation and notices damage."""

import re

import simplejpeg
from PIL import Image, JpegImagePlugin

from imaging import renditions
from imaging.errors import ImageRefused

from .damage import has_step

MAX_SCANS = 100  # a camera writes ten at most; each costs a pass over the whole picture
# Of the DCT scales (n / 8), those that cost less than the pixels they save.
_SCALES = (1, 2, 3, 4, 5, 8)
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)  # no stuffed byte, no restart
_BASELINE = (0xC0, 0xC1)
_DHT, _SOS, _EOI, _APP = 0xC4, 0xDA, 0xD9, range(0xE0, 0xF0)
_EXTRANEOUS = re.compile(r"(\d+) extraneous bytes before marker 0x([0-9a-f]{2})")
# libjpeg's warnings that speak of the header, not of the pixels.
_OF_THE_HEADER = ("bad ICC marker", "Adobe color transform")
_SPACES = {"L": "GRAY", "RGB": "RGBX", "CMYK": "CMYK"}  # Pillow's name → TurboJPEG's
_HOLE = bytes(64)  # what a bad sector or a file with a gap leaves
_NOT_FOR_TURBOJPEG = "Could not determine subsampling"


class File(JpegImagePlugin.JpegImageFile):
    """Pillow's, but it does not look into EXIF for a resolution: over one of another type than it
    expects, Pillow gives up on the file."""

    def _read_dpi_from_exif(self):
        pass


def decode(image: Image.Image, data) -> tuple[Image.Image, bool]:
    """(pixels at display scale, damaged?) of a JPEG that Pillow has opened on `data` (a buffer).

    The picture is read whole: every scale decodes all entropy-coded data. Damage in the middle
    leaves a picture that may lie in places. Raises ImageRefused for one that ends early or has
    more scans than any camera writes; whatever Pillow raises for what it cannot decode.
    """
    if not _is_one_scan(data) and _walk(data)[0] > MAX_SCANS:
        raise ImageRefused("corrupt_image")
    n = scale(image.size)
    if image.mode in ("L", "RGB"):
        try:
            pixels = _strict(data, image.mode, _scaled(image.size, n))
        except ValueError as error:
            warning = str(error)
            if "Premature end of JPEG file" in warning:
                raise ImageRefused("corrupt_image") from error
        else:
            return _picture(pixels), _has_hole(data) or _has_step(pixels, image, n)
    else:
        warning = _warning(data, image.mode)
    image.draft(image.mode, renditions.draft_box(image.size))
    image.load()
    return image, _has_hole(data) or _tells_damage(warning, data, image.mode)


def whole(image: Image.Image, data) -> Image.Image:
    """All pixels, at full size, of a JPEG that Pillow has opened on `data`: what is damaged in its
    middle is read as far as it goes. Raises as `decode` does."""
    if not _is_one_scan(data) and _walk(data)[0] > MAX_SCANS:
        raise ImageRefused("corrupt_image")
    if image.mode in ("L", "RGB"):
        try:
            return _picture(_strict(data, image.mode, image.size))
        except ValueError as error:  # Pillow reads on where TurboJPEG stops
            if "Premature end of JPEG file" in str(error):
                raise ImageRefused("corrupt_image") from error
    image.load()
    return image


def scale(size: tuple[int, int]) -> int:
    """The smallest DCT scale, in eighths, that keeps the long edge at 1920 px or more."""
    return next((n for n in _SCALES if max(_scaled(size, n)) >= renditions.DISPLAY_MIN), 8)


def _scaled(size, n):
    return -(-size[0] * n // 8), -(-size[1] * n // 8)


def _strict(data, mode, box):
    """Pixels of at least `box`, or ValueError at libjpeg's first warning."""
    return simplejpeg.decode_jpeg(
        data, _SPACES[mode], min_width=box[0], min_height=box[1], strict=True
    )


def _picture(pixels):
    """An image on the decoder's own memory: four bytes a pixel are what Pillow wants."""
    height, width, bands = pixels.shape
    mode = "L" if bands == 1 else "RGBX"
    return Image.frombuffer(mode, (width, height), pixels, "raw", mode, 0, 1)


def _has_step(pixels, image, n):
    """Did the decoder lose its place, and libjpeg not notice? (`damage` says how it shows.)"""
    factors = [(1, 1)] if len(image.layer) == 1 else [(v, h) for _id, h, v, _table in image.layer]
    block = max(v for v, _h in factors) * n, max(h for _v, h in factors) * n
    return has_step(pixels[..., min(1, pixels.shape[2] - 1)], block)


def _warning(data, mode):
    """libjpeg's first warning in a strict pass at 1/8, or None."""
    try:
        simplejpeg.decode_jpeg(data, _SPACES[mode], min_width=1, min_height=1, strict=True)
    except ValueError as error:
        return str(error)
    return None


def _tells_damage(warning, data, mode):
    if warning and any(words in warning for words in _OF_THE_HEADER):
        # It stopped there: look at what follows without the segments that it objected to.
        warning = _warning(_without_applications(data), mode)
    if not warning or _NOT_FOR_TURBOJPEG in warning:
        return False
    if found := _EXTRANEOUS.search(warning):
        count, marker = int(found[1]), int(found[2], 16)
        if marker == _EOI:  # a camera's padding is a run of one byte; a lost place is not
            _scans, end = _walk(data)
            return len(set(data[end - count : end])) > 1
        return not _between_header_segments(data)
    return True


def _has_hole(data):
    """Zeros amid the entropy-coded data of a baseline picture. A decoder reads on through them,
    and often comes out in step, so that libjpeg notices nothing; but no encoder writes them,
    unless zeros are its code for an empty block."""
    if data.find(_HOLE, 0) < 0:
        return False
    baseline, tables, begins = False, [], len(data)
    for kind, start, stop in _segments(data):
        baseline |= kind in _BASELINE
        if kind == _DHT:
            tables.extend(_first_symbols(data[start + 4 : stop]))
        begins = stop
    empty_is_zeros = all(symbol == 0 for is_ac, symbol in tables if is_ac)
    if not baseline or empty_is_zeros or data.find(_HOLE, begins) < 0:
        return False
    _scans, end = _walk(data)
    hole = data.find(_HOLE, begins, end)
    # What stands before the end marker is a camera's padding.
    return hole >= 0 and data[hole:end].strip(b"\0") != b""


def _first_symbols(segment):
    """(AC table?, symbol whose code is all zeros) of each Huffman table in a DHT segment."""
    while len(segment) > 17:
        yield segment[0] >> 4 == 1, segment[17]
        segment = segment[17 + sum(segment[1:17]) :]


def _segments(data):
    """(marker, start, end) of the segments before the first scan; the scan's header is last."""
    at = 2
    while marker := _MARKER.search(data, at):
        kind, start = marker[0][1], marker.end()
        stop = start if kind in (0x01, 0xD8) else start + int.from_bytes(data[start : start + 2])
        yield kind, marker.start(), stop
        if kind in (_SOS, _EOI):
            return
        at = stop


def _between_header_segments(data):
    """Are there stray bytes before the first scan? They are no pixels."""
    expected = 2
    for _kind, start, stop in _segments(data):
        if bytes(data[expected:start]).strip(b"\xff"):
            return True
        expected = stop
    return False


def _without_applications(data):
    kept, at = [b"\xff\xd8"], 2
    for kind, start, stop in _segments(data):
        if kind not in _APP:
            kept.append(data[start:stop])
        at = stop
    return b"".join([*kept, data[at:]])


def _is_one_scan(data):
    """Is it baseline, with all components in its first scan? libjpeg wants no other behind it."""
    components = None
    for kind, start, _stop in _segments(data):
        if kind in _BASELINE:
            components = data[start + 9 : start + 10]
        elif kind == _SOS:
            return components == data[start + 4 : start + 5]
    return False


def _walk(data):
    """(number of scans, where its EOI marker is) of a JPEG's first picture: what follows it (a
    motion photo's film) does not count."""
    count, at = 0, 2
    while count <= MAX_SCANS and (marker := _MARKER.search(data, at)):
        kind, at = marker[0][1], marker.end()
        if kind == _EOI:
            return count, marker.start()
        count += kind == _SOS
        if kind not in (0x01, 0xD8):  # those two stand alone; the others tell their length
            at += int.from_bytes(data[at : at + 2])
    return count, len(data)
