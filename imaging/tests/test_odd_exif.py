"""EXIF that cameras do not write and other programs do: read as exiftool 12.57 reads it, which
is what a dispute over a picture would be settled with. Each expected value was asked of it."""

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


def found(data):
    return intake.read(ContentFile(data, name="x")).found


def turned(*entries):
    """Whether a lying picture stands after intake, and that nothing else of the block is lost."""
    photo = found(jpeg([entry(MODEL, ASCII, b"Microscope\0"), *entries]))
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
def test_one_number_of_any_type_turns(kind, value):
    """Else a picture that a scanner's program turned lies on its side here, and only here."""
    assert turned(entry(ORIENTATION, kind, value))


def test_an_orientation_written_as_a_fraction_is_honoured():
    """As any number does."""
    assert turned(entry(ORIENTATION, RATIONAL, 6, 1))


@pytest.mark.parametrize(
    "text", [b"06\0", b" 6 \0", b"6x\0", b"6.0\0", b"9\0", b"right, top\0", "٦\0".encode()]
)
def test_other_text_does_not_turn(text):
    """A guess at what a word means would turn a picture that stood."""
    assert not turned(entry(ORIENTATION, ASCII, text))


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
def test_several_numbers_or_none_of_the_eight_do_not_turn(kind, values):
    """No browser turns by them either: display and original would stand differently."""
    assert not turned(entry(ORIENTATION, kind, *values))


@pytest.mark.parametrize(
    ("first", "second", "turns"), [(6, 1, True), (1, 6, False), (9, 6, False), (6, 9, True)]
)
def test_of_a_tag_that_is_there_twice_the_first_counts(first, second, turns):
    """A program that appended its own left the camera's in front."""
    twice = entry(ORIENTATION, SHORT, first), entry(ORIENTATION, SHORT, second)
    assert turned(*twice) is turns


def test_text_and_number_of_one_tag():
    """The rule is one for all types."""
    text, number = entry(ORIENTATION, ASCII, b"6\0"), entry(ORIENTATION, SHORT, 1)
    assert turned(text, number)
    assert not turned(number, text)


@pytest.mark.parametrize("date", ["9999:12:31 23:59:59", "9999:01:01 00:00:00"])
@pytest.mark.parametrize("offset", [b"-12:00\0", b"+14:00\0", None])
def test_the_year_9999_is_no_date(date, offset):
    """Moved to another zone it would be past what a computer can say: one such picture, and no
    page that shows it opens. exiftool makes no date of the text either."""
    said = [entry(DATE, ASCII, date.encode() + b"\0")]
    if offset:
        said.append(entry(0x9011, ASCII, offset))
    photo = found(jpeg(exif=said))
    assert (photo.captured_at, photo.captured_offset) == (None, None)


ORIGINAL, DIGITIZED, FILE = 0x9003, 0x9004, 0x0132
OFFSETS = {ORIGINAL: 0x9011, DIGITIZED: 0x9012, FILE: 0x9010}


def dated(**dates):
    """(captured_at, captured_from) of a file with these dates."""
    tags = {"original": ORIGINAL, "digitized": DIGITIZED, "file": FILE}
    main, exif = [], []
    for name, text in dates.items():
        tag = tags[name]
        (main if tag == FILE else exif).append(entry(tag, ASCII, text.encode() + b"\0"))
    photo = found(jpeg(main, exif))
    return photo.captured_at and photo.captured_at.isoformat(), photo.captured_from


@pytest.mark.parametrize(
    ("dates", "at", "source"),
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
def test_the_next_best_date_and_which_it_is(dates, at, source):
    """A scan has no other; taken for the shutter's, an old photograph would read as today's."""
    texts = {name: f"{year}:07:14 09:08:07" for name, year in dates.items()}
    assert dated(**texts) == (at and f"{at}-07-14T09:08:07+02:00", source)


@pytest.mark.parametrize(
    ("tag", "source"), [(ORIGINAL, "original"), (DIGITIZED, "digitized"), (FILE, "file")]
)
def test_each_date_has_its_own_offset(tag, source):
    """With another's, its day could be the next."""
    main, exif = [], [entry(offset, ASCII, b"+01:00\0") for offset in OFFSETS.values()]
    exif = [one for one in exif if one[0] != OFFSETS[tag]]
    exif.append(entry(OFFSETS[tag], ASCII, b"-05:00\0"))
    (main if tag == FILE else exif).append(entry(tag, ASCII, b"2023:03:14 23:50:00\0"))
    photo = found(jpeg(main, exif))
    assert photo.captured_at.isoformat() == "2023-03-14T23:50:00-05:00"
    assert (photo.captured_offset, photo.captured_from) == (-300, source)
