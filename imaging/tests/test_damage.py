"""A JPEG damaged on its way is kept, and said to be damaged; one that ends early is refused.

Silence here lets a clinician follow a lesion whose pixels a bad memory card made up.
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


def saved(mode="RGB", **options):
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
    return saved(**KINDS[request.param])


def test_whole_file_is_not_damaged(data):
    assert not damaged(data)


@pytest.mark.parametrize("kind", ["baseline", "restarts", "4:4:4", "grey", "CMYK", "profile"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_zeroed_in_the_middle(kind, share):
    """A bad sector. libjpeg decodes zeros as it does any bits, and often comes out in step."""
    data = saved(**KINDS[kind])
    start, end = scan_of(data)
    at = start + int((end - start) * share)
    length = min(512, end - at - 20)
    assert damaged(data[:at] + bytes(length) + data[at + length :])


def share_seen(data, spoil, trials=40):
    """Of `trials` files, each spoilt in its own way, the share that is not taken for whole."""
    start, end = scan_of(data)
    chance = random.Random(1)
    seen = 0
    for _ in range(trials):
        broken = bytearray(data)
        spoil(broken, chance, start, end)
        try:
            seen += damaged(bytes(broken))
        except ImageRefused:  # a bit too many: nothing can be read
            seen += 1
    return seen / trials


def test_bytes_missing_in_the_middle(data):
    def cut(broken, chance, start, end):
        at = chance.randrange(start, end - 2100)
        del broken[at : at + 2048]

    assert share_seen(data, cut, trials=12) >= 0.6


def test_lost_place_is_seen_in_the_pixels():
    """A few bytes are missing, the decoder falls into step again, and libjpeg has nothing to
    say: but the rest of the lesion is too dark or too bright, or of another colour."""

    def cut(broken, chance, start, end):
        at = chance.randrange(start, end - 3000)
        del broken[at : at + 60]

    assert share_seen(saved(), cut) >= 0.35, "libjpeg alone sees a fifth of them"


def test_photographs_have_no_such_step():
    """A warning that cries wolf is not read."""
    for draw in (phantoms.macro, phantoms.dermoscopy, phantoms.overview):
        picture = draw(7, size=(1000, 750))
        for options in ({}, {"subsampling": 0}, {"quality": 40}, {"progressive": True}):
            out = io.BytesIO()
            picture.save(out, "JPEG", **options)
            assert not damaged(out.getvalue()), (draw, options)


def test_edges_of_the_pictures_own_are_no_damage():
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
        edged = picture.copy()
        edged.paste(colour, box)
        out = io.BytesIO()
        edged.save(out, "JPEG", quality=92)
        assert not damaged(out.getvalue()), box


def test_flipped_bits_are_mostly_seen():
    """Not always: a bit of a coefficient's value is as good as the other. Most break the code."""

    def flip(broken, chance, start, end):
        for _ in range(10):
            broken[chance.randrange(start, end)] ^= 1 << chance.randrange(8)

    assert share_seen(saved(), flip) >= 0.7


def test_flat_picture_of_zeros_is_not_damaged():
    """With tables made for the picture, an empty block may be coded as zeros."""
    flat = Image.new("RGB", (1600, 1200), "tan")
    for options in ({}, {"optimize": True}, {"progressive": True}):
        out = io.BytesIO()
        flat.save(out, "JPEG", **options)
        assert not damaged(out.getvalue())


def test_truncated_anywhere_is_refused():
    """The end of the picture is missing: the camera, or the network, has more of it."""
    for options in ({}, {"progressive": True}):
        data = saved(**options)
        for length in [
            *range(700, len(data) - 8, len(data) // 60),
            *range(len(data) - 8, len(data)),
        ]:
            with pytest.raises(ImageRefused) as caught:
                damaged(data[:length])
            assert caught.value.code in ("corrupt_image", "unsupported_type")


def test_padding_before_the_end_is_harmless():
    """Some cameras fill their file up with zeros."""
    data = saved()
    for filling in (bytes(500), b"\xff" * 300, b"\x20" * 40):
        assert not damaged(data[:-2] + filling + data[-2:])


def test_what_follows_the_picture_is_harmless():
    assert not damaged(saved() + b"\0\1\2" * 3000)


def test_stray_bytes_between_header_segments_are_harmless():
    data = saved()
    at = data.index(b"\xff\xdb")
    assert not damaged(data[:at] + b"\1\2\3\4" + data[at:])


def test_incomplete_profile_hides_no_damage():
    """libjpeg warns of the profile first: the pixels are looked at all the same."""
    profile = b"ICC_PROFILE\0\1\3" + b"x" * 60
    segment = b"\xff\xe2" + (len(profile) + 2).to_bytes(2) + profile
    data = saved()
    data = data[:2] + segment + data[2:]
    assert not damaged(data)
    start, end = scan_of(data)
    at = (start + end) // 2
    assert damaged(data[:at] + bytes(200) + data[at + 200 :])


def test_the_picture_of_a_damaged_file_is_shown():
    data = saved()
    start, end = scan_of(data)
    at = start + int((end - start) * 0.8)
    found = intake.read(SimpleUploadedFile("x", data[:at] + bytes(300) + data[at + 300 :])).found
    whole = intake.read(SimpleUploadedFile("x", data)).found
    shown, right = (Image.open(io.BytesIO(f.display)).convert("RGB") for f in (found, whole))
    assert shown.size == right.size == SIZE
    assert shown.crop((0, 0, 700, 300)).tobytes() == right.crop((0, 0, 700, 300)).tobytes()


def test_verdict_tells():
    verdict = Verdict.of(1.0, 0.0, damaged=True)
    assert (verdict.level, verdict.codes) == ("poor", ("damaged",))
    assert Verdict.of(1.0, 0.0).level == "good"


def test_other_formats_have_no_such_state():
    for format in ("PNG", "WEBP", "HEIF"):
        assert not damaged(photograph(format))


def test_changed_bits_of_a_png_are_refused():
    """It has checksums: no need to show pixels that may lie."""
    data = photograph("PNG")
    start, end = data.index(b"IDAT") + 4, data.rindex(b"IEND") - 8
    for share in (0.01, 0.3, 0.6, 0.99):
        at = start + int((end - start) * share)
        with pytest.raises(ImageRefused):
            damaged(data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :])
