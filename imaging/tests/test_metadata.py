"""Dates and cameras from EXIF: a wrong date puts a lesion's growth out of order."""

import pytest
from PIL import ExifTags, Image

from imaging import metadata


def read_metadata(main=None, exif=None):
    image = Image.new("RGB", (8, 8))
    exif_block = Image.Exif()
    exif_block.update(main or {})
    if exif:
        exif_block.get_ifd(ExifTags.IFD.Exif).update(exif)
    image.info["exif"] = exif_block.tobytes()
    return metadata.read(image)


@pytest.mark.parametrize(
    ("lens", "front"),
    [
        ("iPhone 15 Pro front TrueDepth camera 2.69mm f/1.9", True),
        ("Pixel 7 front camera 2.74mm f/2.2", True),
        ("iPhone 15 Pro back triple camera 6.765mm f/1.78", False),
        ("Frontier 50mm", False),
        (None, False),
        (b"\xff\xfe", False),
    ],
)
def test_front_camera_is_known_by_its_lens(lens, front):
    """Its picture may be mirrored: left would be taken for right."""
    exif = {ExifTags.Base.LensModel: lens} if lens else None
    assert read_metadata(exif=exif).front_camera is front


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2023:07:14 09:08:07", "2023-07-14T09:08:07+02:00"),
        ("2023:07:14 09:08:07\0", "2023-07-14T09:08:07+02:00"),
        ("2099:01:01 00:00:00", "2099-01-01T00:00:00+01:00"),
        ("2023:02:30 10:00:00", None),
        ("0000:00:00 00:00:00", None),
        ("0001:01:01 00:00:00", None),
        ("9999:12:31 23:59:59", None),
        ("1899:12:31 23:59:59", None),
        ("2023-07-14 09:08:07", None),
        ("2023:07:14 24:00:00", None),
        ("2023:07:14 09:08:07 PM", None),
        ("", None),
    ],
)
def test_capture_date_is_parsed_or_ignored(written, expected):
    captured_at = read_metadata(exif={ExifTags.Base.DateTimeOriginal: written}).captured_at
    assert (captured_at and captured_at.isoformat()) == expected


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        ("+05:45", "+05:45"),
        ("-03:00", "-03:00"),
        ("+99:00", "+02:00"),
        ("nonsense", "+02:00"),
    ],
)
def test_offset_is_parsed_or_ignored(offset, expected):
    exif = {
        ExifTags.Base.DateTimeOriginal: "2023:07:14 09:08:07",
        ExifTags.Base.OffsetTimeOriginal: offset,
    }
    assert read_metadata(exif=exif).captured_at.isoformat().endswith(expected)


@pytest.mark.parametrize(
    ("make", "model", "expected"),
    [
        ("Canon", "Canon EOS R5", "Canon EOS R5"),
        ("NIKON CORPORATION ", "NIKON D3S  ", "NIKON D3S"),
        ("Apple", "iPhone 15 Pro", "Apple iPhone 15 Pro"),
        ("", "X", "X"),
        ("Ma\x07ke", "Mo\0del", "Make Mo"),
        ("x" * 300, "y", "x" * 100),
    ],
)
def test_camera_model_combines_make_and_model(make, model, expected):
    assert (
        read_metadata({ExifTags.Base.Make: make, ExifTags.Base.Model: model}).camera_model
        == expected
    )


@pytest.mark.parametrize(
    ("written", "expected"), [(1, 1), (8, 8), (0, 1), (9, 1), (65535, 1), (6, 6)]
)
def test_invalid_orientation_is_upright(written, expected):
    assert read_metadata({ExifTags.Base.Orientation: written}).orientation == expected


def test_orientation_from_xmp_is_ignored():
    """Browsers ignore it, so the display would be rotated against the original."""
    image = Image.new("RGB", (8, 8))
    image.info["xmp"] = b'<x tiff:Orientation="6"/>'
    assert metadata.read(image).orientation == 1


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("IMG\u202egpj.exe", "IMGgpj.exe"),
        ("a\nb\tc", "a b c"),
        ("naïve été.jpg", "naïve été.jpg"),
        ("x" * 400, "x" * 255),
        (None, ""),
        (b"caf\xe9", "caf\ufffd"),
    ],
)
def test_clean_text_removes_control_characters_and_truncates(given, expected):
    assert metadata.clean_text(given, 255) == expected
