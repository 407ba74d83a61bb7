"""Renditions have pixels and no metadata: GPS in a thumbnail reveals where a patient lives."""

import io
from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms

from imaging import intake, renditions
from testing.cast import photograph
from tools import phantoms


@pytest.fixture(params=["JPEG", "PNG", "WEBP", "HEIF"])
def photo(request):
    data = photograph(
        request.param,
        size=(640, 480),
        taken_at=datetime(2026, 11, 14, 9, 42),
        make="SecretMaker",
        model="SecretModel",
        gps=(48.8584, 2.2945),
    )
    return intake.read(SimpleUploadedFile("x", data))


def test_display_is_a_jpeg_without_metadata(photo):
    data = photo.found.display
    image = Image.open(io.BytesIO(data))
    assert (image.format, image.size, image.mode) == ("JPEG", (640, 480), "RGB")
    assert not image.getexif()
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert b"Secret" not in data
    assert b"Exif" not in data


def test_thumbnail_is_an_uncropped_webp_without_metadata(photo):
    data = photo.found.thumbnail
    image = Image.open(io.BytesIO(data))
    assert (image.format, image.size) == ("WEBP", (300, 225)), "never cropped"
    assert not image.getexif()
    assert b"Secret" not in data
    assert b"EXIF" not in data
    assert len(data) < 40_000


def test_thumbnail_is_never_enlarged():
    data = renditions.thumbnail(
        Image.new("RGB", (40, 200), "tan"), renditions.thumbnail_size(40, 200)
    )
    assert Image.open(io.BytesIO(data)).size == (40, 200)


@pytest.mark.parametrize(
    ("size", "factor"),
    [((1919, 900), 1), ((3839, 900), 1), ((3840, 900), 2), ((900, 8000), 4), ((60_000, 900), 8)],
)
def test_reduction_factor_depends_on_the_long_edge(size, factor):
    assert renditions.reduction_factor(size) == factor


@pytest.mark.parametrize("with_profile", [True, False])
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_comments_packets_and_profiles_are_removed(format, with_profile):
    """Pillow passes some of them on from one save to the next by default."""
    out = io.BytesIO()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    options = {"comment": b"SecretComment"} if format == "JPEG" else {}
    picture = Image.new("RGB", (400, 300), "tan")
    if with_profile:
        options["icc_profile"] = profile
    picture.save(out, format, xmp=b"<x>SecretPacket</x>", **options)
    photo = intake.read(SimpleUploadedFile("x", out.getvalue()))
    for data in (photo.found.display, photo.found.thumbnail):
        assert b"Secret" not in data
        assert profile[:200] not in data
        assert not {"icc_profile", "comment", "xmp"} & set(Image.open(io.BytesIO(data)).info)


def test_thumbnail_has_the_configured_quality():
    """ImageKit accepts its options by name only; without them, thumbnails lose a decibel."""
    picture = phantoms.macro(1, size=(300, 225))
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=88, method=2)
    assert renditions.thumbnail(picture, (300, 225)) == out.getvalue()
