"""What holds of every sound photograph, and of every EXIF block, as Hypothesis looks for one of
which it does not. The suite runs a few dozen; `script/fuzz` as many as there is time for."""

import io
import string
import struct
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import numpy as np
from django.core.files.base import ContentFile
from hypothesis import assume
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from imaging import intake
from imaging.errors import ImageRefused
from tools import phantoms

from .blocks import facts_of
from .judge import faults_of, faults_of_facts
from .seeds import saved

COLOURS = ((200, 60, 50), (60, 150, 70), (60, 70, 180), (230, 220, 210))  # quarter by quarter
MODES = {
    "JPEG": ("RGB", "L", "CMYK"),
    "PNG": ("RGB", "L", "RGBA", "LA", "P", "1", "I;16"),
    "WEBP": ("RGB", "RGBA"),
    "HEIF": ("RGB", "L", "RGBA"),
}
# Of a text in a PNG: Pillow keeps texts and what it has decoded in one dictionary.
# ("bbox" is left out: Pillow gives up on it before we can look.)
KEYWORDS = ("transparency", "interlace", "exif", "icc_profile", "xmp", "gamma", "dpi", "loop")
KEYWORDS += ("default_image", "duration", "blend", "disposal", "srgb", "background")
LARGE = ((2000, 9), (5, 4100), (1921, 1080), (1280, 960), (300, 301))


@dataclass(frozen=True)
class Shot:
    """A sound photograph, before it is a file."""

    format: str
    mode: str
    size: tuple[int, int]
    orientation: int
    quality: int
    taken_at: datetime | None
    offset: int | None
    make: str
    model: str
    keyword: str


@st.composite
def shots(draw):
    format = draw(st.sampled_from(sorted(MODES)))
    mode = draw(st.sampled_from(MODES[format]))
    side = st.integers(1, 64)
    size = (
        draw(st.sampled_from(LARGE))
        if draw(st.integers(0, 15)) == 0
        else draw(st.tuples(side, side))
    )
    taken_at = draw(st.none() | st.datetimes(datetime(1912, 1, 1), datetime(8999, 12, 31)))
    text = st.text(string.printable, max_size=120)
    return Shot(
        format=format,
        mode=mode,
        size=size,
        # In HEIF a turn stands in the container; phantoms.encode writes it of these modes.
        orientation=draw(st.integers(1, 8)) if mode in ("RGB", "L") or format != "HEIF" else 1,
        quality=draw(st.integers(50, 100)),
        taken_at=taken_at and taken_at.replace(microsecond=0),
        offset=draw(st.none() | st.integers(-14 * 60, 14 * 60)),
        make=draw(text),
        model=draw(text),
        keyword=draw(st.just("") | st.sampled_from(KEYWORDS)),
    )


@cache
def picture(mode, size):
    """Four quarters, each of its own colour: which of them lies where tells the turn."""
    pixels = np.empty((size[1], size[0], 3), np.uint8)
    half = (size[1] + 1) // 2, (size[0] + 1) // 2
    for index, colour in enumerate(COLOURS):
        rows = slice(half[0], None) if index >= 2 else slice(half[0])
        columns = slice(half[1], None) if index % 2 else slice(half[1])
        pixels[rows, columns] = colour
    drawn = Image.fromarray(pixels)
    if mode == "P":
        return drawn.quantize(8)
    if mode == "I;16":
        return Image.fromarray(np.asarray(drawn.convert("L")).astype(np.uint16) * 257)
    return drawn.convert(mode)


def file_of(shot):
    exif = Image.Exif()
    if shot.orientation != 1:
        exif[0x0112] = shot.orientation
    for tag, text in ((0x010F, shot.make), (0x0110, shot.model)):
        if text:
            exif[tag] = text
    if shot.taken_at:
        inner = exif.get_ifd(0x8769)
        inner[0x9003] = _written(shot.taken_at)
        if shot.offset is not None:
            hours, minutes = divmod(abs(shot.offset), 60)
            inner[0x9011] = f"{'-' if shot.offset < 0 else '+'}{hours:02}:{minutes:02}"
    stored = picture(shot.mode, shot.size)
    if shot.format == "HEIF" and shot.orientation != 1:
        # It turns the pixels too, so that the picture is upright as it was drawn.
        return phantoms.encode(stored, "HEIF", quality=shot.quality, orientation=shot.orientation)
    options = {"exif": exif.tobytes(), "quality": shot.quality}
    if shot.format == "PNG" and shot.keyword:
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_text(shot.keyword, "a remark")
    return saved(stored, shot.format, **options)


def _written(date):
    return f"{date.year:04}:{date:%m:%d %H:%M:%S}"


def answer(data):
    try:
        return intake.read(ContentFile(data, name="x")).found
    except ImageRefused as refusal:
        return refusal.code


def check_shot(shot):
    """Taken as it is: its size upright, its colours, its date and its camera; twice the same."""
    data = file_of(shot)
    found = answer(data)
    assert found == answer(data), "the same file, another answer"
    if min(shot.size) < 4:
        assert found == "corrupt_image"
        return
    assert not isinstance(found, str), f"refused: {found}"
    assert not (faults := faults_of(found)), faults
    turned = shot.orientation >= 5 and shot.format != "HEIF"
    assert (found.width, found.height) == (shot.size[::-1] if turned else shot.size)
    assert not found.damaged, "a sound file is said to be damaged"
    _check_colours(shot, found)
    if shot.format != "HEIF" or shot.orientation == 1:
        _check_facts(shot, found)


def _check_colours(shot, found):
    if shot.mode == "1" or min(shot.size) < 32:
        return  # dots; or all edges, which JPEG blurs
    upright = picture(shot.mode, shot.size)
    if shot.mode == "I;16":
        upright = picture("L", shot.size)
    upright = upright.convert("RGB")
    turn = Image.Transpose
    if shot.format != "HEIF" and shot.orientation != 1:
        upright = upright.transpose(
            {
                2: turn.FLIP_LEFT_RIGHT,
                3: turn.ROTATE_180,
                4: turn.FLIP_TOP_BOTTOM,
                5: turn.TRANSPOSE,
                6: turn.ROTATE_270,
                7: turn.TRANSVERSE,
                8: turn.ROTATE_90,
            }[shot.orientation]
        )
    shown = Image.open(io.BytesIO(found.display)).convert("RGB")
    for x in (0.25, 0.75):
        for y in (0.25, 0.75):
            there, wanted = (
                np.array(image.getpixel((int(image.width * x), int(image.height * y))), int)
                for image in (shown, upright)
            )
            assert np.abs(there - wanted).max() <= 24, f"at {x}, {y}: {there}, not {wanted}"


def _check_facts(shot, found):
    if shot.taken_at is None:
        assert found.captured_at is None
        return
    assert found.captured_at.replace(tzinfo=None) == shot.taken_at
    assert found.captured_offset == shot.offset
    camera = " ".join(shot.model.split("\0")[0].split())
    if camera.isascii() and camera.isprintable() and not shot.make.strip():
        assert found.camera_model == camera[:100].strip()


_TAGS = (0x010F, 0x0110, 0x0112, 0x8769, 0x8825, 0x9003, 0x9011, 0x9010, 0x0132, 0x927C, 0xA005)
_DATES = st.one_of(
    st.binary(max_size=40),
    st.datetimes().map(lambda date: _written(date).encode()),
    st.text(string.digits + ": +-\0", max_size=24).map(str.encode),
    st.from_regex(rb"[+-]\d\d:\d\d\0?", fullmatch=True),
    st.text(max_size=130).map(lambda text: text.encode("utf-8", "replace")),
)


@st.composite
def blocks(draw):
    """An EXIF block of directories that point anywhere, of every type, count and value."""
    order = draw(st.sampled_from("<>"))
    entries = st.tuples(
        st.sampled_from(_TAGS) | st.integers(0, 65535),
        st.sampled_from((1, 2, 3, 4, 5, 7, 10)) | st.integers(0, 65535),
        st.none() | st.sampled_from((0, 1, 2, 2**16, 2**31, 2**32 - 1)),
        _DATES,
    )
    data = bytearray((b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8))
    for directory in draw(st.lists(st.lists(entries, max_size=8), min_size=1, max_size=3)):
        at = len(data)
        data += struct.pack(order + "H", len(directory)) + bytes(12 * len(directory) + 4)
        for index, (tag, kind, count, value) in enumerate(directory):
            place = len(data)
            if tag in (0x8769, 0x8825, 0xA005) and kind == 4:
                place, value = draw(st.integers(0, 2 * place)), b""
            inline = len(value) <= 4 and value
            field = value.ljust(4, b"\0") if inline else struct.pack(order + "I", place)
            head = struct.pack(order + "HHI", tag, kind, len(value) if count is None else count)
            start = at + 2 + 12 * index
            data[start : start + 12] = head + field
            if not inline:
                data += value
    return bytes(data)


def check_block(block):
    """Read, whatever it is, and nothing found in it that could not be stored or shown."""
    assume(len(block) < 65_000)
    assert not (faults := faults_of_facts(facts_of(exif=block))), faults
