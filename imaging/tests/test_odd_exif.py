"""Unusual EXIF from programs other than cameras, read as exiftool 12.57 reads it, the reference in
a dispute over a picture. Each expected value was taken from it."""

import pytest
from django.core.files.base import ContentFile

from imaging import intake
from imaging.tests.exif_blocks import (
    ASCII,
    BYTE,
    DOUBLE,
    FLOAT,
    LONG,
    RATIONAL,
    SHORT,
    SIGNED,
    UNDEFINED,
    entry,
    jpeg,
)

ORIENTATION, MODEL, DATE = 0x0112, 0x0110, 0x9003


def read(data):
    return intake.read(ContentFile(data, name="x")).found


def is_turned(*entries):
    """Whether intake rotates a landscape picture; asserts that the rest of the block is read."""
    photo = read(jpeg([entry(MODEL, ASCII, b"Microscope\0"), *entries]))
    assert photo.camera_model == "Microscope"
    assert {photo.width, photo.height} == {40, 30}
    return photo.height == 40


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (SHORT, 6),
        (BYTE, 6),
        (LONG, 6),
        (SIGNED, 6),
        (FLOAT, 6.0),
        (DOUBLE, 6.0),
        (ASCII, b"6\0"),
        (ASCII, b"8\0"),
        (ASCII, b"6\0\0\0"),
        (ASCII, b"6\x001\0"),
        (UNDEFINED, b"\x06"),
    ],
)
def test_orientation_of_any_numeric_type_is_applied(kind, value):
    """Otherwise pictures rotated by a scanner's software lie on their side only here."""
    assert is_turned(entry(ORIENTATION, kind, value))


def test_orientation_as_a_fraction_is_applied():
    """A fraction is a number too."""
    assert is_turned(entry(ORIENTATION, RATIONAL, 6, 1))


@pytest.mark.parametrize(
    "text", [b"06\0", b" 6 \0", b"6x\0", b"6.0\0", b"9\0", b"right, top\0", "٦\0".encode()]
)
def test_orientation_as_other_text_is_ignored(text):
    """Guessing at text would rotate upright pictures."""
    assert not is_turned(entry(ORIENTATION, ASCII, text))


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (SHORT, (6, 8)),
        (SHORT, (6, 6)),
        (SHORT, (6, 0, 0)),
        (BYTE, (6, 8)),
        (LONG, (6, 8)),
        (SHORT, (9,)),
        (FLOAT, (6.5,)),
        (FLOAT, (float("nan"),)),
        (RATIONAL, (6, 0)),
    ],
)
def test_orientation_of_several_or_invalid_numbers_is_ignored(kind, values):
    """Browsers ignore these too; otherwise display and original would differ."""
    assert not is_turned(entry(ORIENTATION, kind, *values))


@pytest.mark.parametrize(
    ("first", "second", "expected"), [(6, 1, True), (1, 6, False), (9, 6, False), (6, 9, True)]
)
def test_first_of_two_orientation_tags_counts(first, second, expected):
    """A program that appends its own tag leaves the camera's first."""
    entries = entry(ORIENTATION, SHORT, first), entry(ORIENTATION, SHORT, second)
    assert is_turned(*entries) is expected


def test_first_of_two_orientation_tags_counts_across_types():
    """The first tag counts, whatever its type."""
    text, number = entry(ORIENTATION, ASCII, b"6\0"), entry(ORIENTATION, SHORT, 1)
    assert is_turned(text, number)
    assert not is_turned(number, text)


@pytest.mark.parametrize("date", ["9999:12:31 23:59:59", "9999:01:01 00:00:00"])
@pytest.mark.parametrize("offset", [b"-12:00\0", b"+14:00\0", None])
def test_dates_in_the_year_9999_are_ignored(date, offset):
    """Converted to another time zone, such a date overflows, and every page with the picture would
    fail. exiftool does not read it as a date either."""
    entries = [entry(DATE, ASCII, date.encode() + b"\0")]
    if offset:
        entries.append(entry(0x9011, ASCII, offset))
    photo = read(jpeg(exif=entries))
    assert (photo.captured_at, photo.captured_offset) == (None, None)


ORIGINAL, DIGITIZED, FILE = 0x9003, 0x9004, 0x0132
OFFSETS = {ORIGINAL: 0x9011, DIGITIZED: 0x9012, FILE: 0x9010}


def read_date(**dates):
    """(captured_at, captured_from) of a file with these dates."""
    tags = {"original": ORIGINAL, "digitized": DIGITIZED, "file": FILE}
    main, exif = [], []
    for name, text in dates.items():
        tag = tags[name]
        (main if tag == FILE else exif).append(entry(tag, ASCII, text.encode() + b"\0"))
    photo = read(jpeg(main, exif))
    return photo.captured_at and photo.captured_at.isoformat(), photo.captured_from


@pytest.mark.parametrize(
    ("dates", "year_", "source"),
    [
        ({"original": "2001", "digitized": "2002", "file": "2003"}, "2001", "original"),
        ({"digitized": "2002", "file": "2003"}, "2002", "digitized"),
        ({"file": "2003"}, "2003", "file"),
        ({"original": "9999", "digitized": "2002"}, "2002", "digitized"),
        ({"original": "0000", "digitized": "0000", "file": "2003"}, "2003", "file"),
        ({"original": "0000", "digitized": "9999"}, None, ""),
        ({}, None, ""),
    ],
)
def test_best_available_date_is_used_and_its_source_named(dates, year_, source):
    """A scan has no other date; taken as the shutter's, an old photograph would look new."""
    texts = {name: f"{year}:07:14 09:08:07" for name, year in dates.items()}
    assert read_date(**texts) == (year_ and f"{year_}-07-14T09:08:07+02:00", source)


@pytest.mark.parametrize(
    ("tag", "source"), [(ORIGINAL, "original"), (DIGITIZED, "digitized"), (FILE, "file")]
)
def test_each_date_uses_its_own_offset(tag, source):
    """With another date's offset, the day could be wrong."""
    main, exif = [], [entry(offset, ASCII, b"+01:00\0") for offset in OFFSETS.values()]
    exif = [other for other in exif if other[0] != OFFSETS[tag]]
    exif.append(entry(OFFSETS[tag], ASCII, b"-05:00\0"))
    (main if tag == FILE else exif).append(entry(tag, ASCII, b"2023:03:14 23:50:00\0"))
    photo = read(jpeg(main, exif))
    assert photo.captured_at.isoformat() == "2023-03-14T23:50:00-05:00"
    assert (photo.captured_offset, photo.captured_from) == (-300, source)
