"""A damaged JPEG is stored and marked as damaged; a truncated one is refused.

Otherwise a clinician could follow a lesion whose pixels come from a bad memory card.
"""

import io
import random

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms

from imaging import intake
from imaging.errors import ImageRefused
from imaging.quality import Verdict
from testing.cast import drawn, photograph
from tools import phantoms

SIZE = (800, 600)


def damaged(data):
    return intake.read(SimpleUploadedFile("x", data)).found.damaged


def scan_of(data):
    """Where the entropy-coded data of the last scan begins and ends."""
    start = data.rindex(b"\xff\xda")
    return start + 2 + int.from_bytes(data[start + 2 : start + 4]), data.rindex(b"\xff\xd9")


def encode(mode="RGB", **options):
    picture = drawn(size=SIZE).convert(mode)
    out = io.BytesIO()
    picture.save(out, "JPEG", **{"quality": 92, **options})
    return out.getvalue()


KINDS = {
    "baseline": {},
    "progressive": {"progressive": True},
    "restarts": {"restart_marker_rows": 1},
    "4:4:4": {"subsampling": 0},
    "grey": {"mode": "L"},
    "CMYK": {"mode": "CMYK"},
    "profile": {"icc_profile": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()},
}


@pytest.fixture(params=KINDS, ids=str)
def data(request):
    return encode(**KINDS[request.param])


def test_undamaged_file_is_not_marked(data):
    assert not damaged(data)


@pytest.mark.parametrize("kind", ["baseline", "restarts", "4:4:4", "grey", "CMYK", "profile"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_zeroed_sector_is_detected(kind, share):
    """A bad sector: libjpeg decodes zeros like any bits and often resynchronizes."""
    data = encode(**KINDS[kind])
    start, end = scan_of(data)
    offset = start + int((end - start) * share)
    length = min(512, end - offset - 20)
    assert damaged(data[:offset] + bytes(length) + data[offset + length :])


def share_detected(data, damage, trials=40):
    """The share of `trials` differently damaged files that is detected."""
    start, end = scan_of(data)
    rng = random.Random(1)
    detected = 0
    for _ in range(trials):
        broken = bytearray(data)
        damage(broken, rng, start, end)
        try:
            detected += damaged(bytes(broken))
        except ImageRefused:  # so damaged that nothing can be read
            detected += 1
    return detected / trials


def test_missing_bytes_are_mostly_detected(data):
    def remove_bytes(broken, rng, start, end):
        offset = rng.randrange(start, end - 2100)
        del broken[offset : offset + 2048]

    assert share_detected(data, remove_bytes, trials=12) >= 0.6


def test_loss_of_synchronization_is_detected_in_the_pixels():
    """After a few missing bytes the decoder resynchronizes without a warning, but the rest of the
    picture is too dark, too bright or of another colour."""

    def remove_bytes(broken, rng, start, end):
        offset = rng.randrange(start, end - 3000)
        del broken[offset : offset + 60]

    assert share_detected(encode(), remove_bytes) >= 0.35, "libjpeg alone detects a fifth"


def test_sound_photographs_are_not_marked():
    """False warnings would soon be ignored."""
    for draw in (phantoms.macro, phantoms.dermoscopy, phantoms.overview):
        picture = draw(7, size=(1000, 750))
        for options in ({}, {"subsampling": 0}, {"quality": 40}, {"progressive": True}):
            out = io.BytesIO()
            picture.save(out, "JPEG", **options)
            assert not damaged(out.getvalue()), (draw, options)


def test_straight_edges_in_the_picture_are_not_damage():
    """A black bar with text, a ruler, a collage: straight edges on the borders of blocks."""
    picture = phantoms.macro(1, size=(1600, 1200), lesion=phantoms.Lesion(1))
    for box, colour in (
        ((0, 0, 1600, 96), "black"),
        ((0, 1104, 1600, 1200), "white"),
        ((800, 320, 1600, 880), "white"),
        ((480, 320, 1600, 880), "white"),
        ((0, 320, 1120, 336), "black"),
        ((0, 592, 800, 1200), "black"),
    ):
        picture_with_edge = picture.copy()
        picture_with_edge.paste(colour, box)
        out = io.BytesIO()
        picture_with_edge.save(out, "JPEG", quality=92)
        assert not damaged(out.getvalue()), box


def test_flipped_bits_are_mostly_detected():
    """Not always: a flipped bit in a coefficient's value is still valid. Most break the code."""

    def flip(broken, rng, start, end):
        for _ in range(10):
            broken[rng.randrange(start, end)] ^= 1 << rng.randrange(8)

    assert share_detected(encode(), flip) >= 0.7


def test_flat_picture_is_not_damaged():
    """With optimized tables, an empty block may be coded as zeros."""
    flat_picture = Image.new("RGB", (1600, 1200), "tan")
    for options in ({}, {"optimize": True}, {"progressive": True}):
        out = io.BytesIO()
        flat_picture.save(out, "JPEG", **options)
        assert not damaged(out.getvalue())


def test_file_truncated_anywhere_is_refused():
    """The end is missing; the complete file is still on the camera."""
    for options in ({}, {"progressive": True}):
        data = encode(**options)
        for length in [
            *range(700, len(data) - 8, len(data) // 60),
            *range(len(data) - 8, len(data)),
        ]:
            with pytest.raises(ImageRefused) as caught:
                damaged(data[:length])
            assert caught.value.code in ("corrupt_image", "unsupported_type")


def test_padding_before_the_end_is_not_damage():
    """Some cameras pad their files with zeros."""
    data = encode()
    for filling in (bytes(500), b"\xff" * 300, b"\x20" * 40):
        assert not damaged(data[:-2] + filling + data[-2:])


def test_data_after_the_picture_is_not_damage():
    assert not damaged(encode() + b"\0\1\2" * 3000)


def test_stray_bytes_between_header_segments_are_not_damage():
    data = encode()
    offset = data.index(b"\xff\xdb")
    assert not damaged(data[:offset] + b"\1\2\3\4" + data[offset:])


def test_incomplete_profile_does_not_hide_damage():
    """libjpeg warns about the profile first; the pixels must be checked all the same."""
    profile = b"ICC_PROFILE\0\1\3" + b"x" * 60
    segment = b"\xff\xe2" + (len(profile) + 2).to_bytes(2) + profile
    data = encode()
    data = data[:2] + segment + data[2:]
    assert not damaged(data)
    start, end = scan_of(data)
    offset = (start + end) // 2
    assert damaged(data[:offset] + bytes(200) + data[offset + 200 :])


def test_readable_part_of_a_damaged_file_is_shown():
    data = encode()
    start, end = scan_of(data)
    offset = start + int((end - start) * 0.8)
    damaged_picture = intake.read(
        SimpleUploadedFile("x", data[:offset] + bytes(300) + data[offset + 300 :])
    ).found
    undamaged = intake.read(SimpleUploadedFile("x", data)).found
    shown_picture, undamaged_picture = (
        Image.open(io.BytesIO(f.display)).convert("RGB") for f in (damaged_picture, undamaged)
    )
    assert shown_picture.size == undamaged_picture.size == SIZE
    assert (
        shown_picture.crop((0, 0, 700, 300)).tobytes()
        == undamaged_picture.crop((0, 0, 700, 300)).tobytes()
    )


def test_damaged_picture_has_a_poor_verdict():
    verdict = Verdict.of(1.0, 0.0, damaged=True)
    assert (verdict.level, verdict.codes) == ("poor", ("damaged",))
    assert Verdict.of(1.0, 0.0).level == "good"


def test_other_formats_are_never_marked_damaged():
    for format in ("PNG", "WEBP", "HEIF"):
        assert not damaged(photograph(format))


def test_png_with_flipped_bits_is_refused():
    """PNG has checksums, so wrong pixels need not be shown."""
    data = photograph("PNG")
    start, end = data.index(b"IDAT") + 4, data.rindex(b"IEND") - 8
    for share in (0.01, 0.3, 0.6, 0.99):
        offset = start + int((end - start) * share)
        with pytest.raises(ImageRefused):
            damaged(data[:offset] + bytes([data[offset] ^ 4]) + data[offset + 1 :])
