"""What is named and written in a ZIP: for any file system, and for any spreadsheet."""

from decimal import Decimal

import pytest

from imaging.storage import zip as archive


@pytest.mark.parametrize(
    "given", ["=1+1", "x;=cmd|'/c calc'!A0", "x\n=1+1", "x; +1", "a;\t@SUM(A1)", "＝1"]
)
def test_no_cell_of_a_manifest_begins_a_formula(given):
    """A camera's name can come from anybody. A spreadsheet in French begins a cell at a semicolon,
    and takes no notice of the quotes around."""
    text = archive._cell(given)
    for part in text.replace("\n", ";").split(";"):
        assert not part.strip().startswith(("=", "+", "-", "@", "＝"))
    assert text.replace("'", "") == given.replace("'", "")


@pytest.mark.parametrize("given", ["x,=cmd|'/c calc'!A0", "x, +1", "a;=1,=2", "-1"])
def test_no_cell_of_a_french_manifest_begins_a_formula_in_english(given):
    """It has semicolons; who opens it where cells are parted at commas gets other cells."""
    text = archive._cell(given, ";", ",")
    for part in text.replace(",", ";").split(";"):
        assert not part.strip().startswith(("=", "+", "-", "@"))
    assert text.replace("'", "") == given.replace("'", "")


@pytest.mark.parametrize("separator", ";,")
def test_nor_does_the_name_of_a_file(separator):
    """Its number stands before its beginning, and not before what follows a separator."""
    entry = f"001_{archive.file_name('x;=1+1', '.jpg')}"
    (data,) = archive._manifest([(entry, [])], [], set(), separator)
    assert "001_x;'=1+1.jpg" in data.decode()


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [(-1.5, "-1,5", "-1.5"), (Decimal("0.25"), "0,25", "0.25"), (-7, "-7", "-7"), (True,) * 3],
)
def test_a_number_is_one_in_the_readers_language(value, french, english):
    assert archive._cell(value, ";", ",") == str(french)
    assert archive._cell(value, ",", ".") == str(english)


def test_what_is_no_formula_stays():
    for text in ("a - b = c", "me@example.org; you", "1+1"):
        assert archive._cell(text) == text


@pytest.mark.parametrize("given", ["皮" * 255, "é" * 255, "🙂" * 200])
def test_a_name_is_not_too_long_for_a_file_system(given):
    """Which counts bytes: a ZIP that cannot be unpacked is none."""
    name = f"00001_cut-out_{archive.file_name(given, '_thumbnail.webp')}"
    assert len(name.encode()) <= 255
    assert name.endswith("_thumbnail.webp")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Naevus 2.5 mm", "Naevus 2.5 mm.png"),
        ("Dr. Martin", "Dr. Martin.png"),
        ("IMG_1.JPG", "IMG_1.png"),
        ("mole.v2.heic", "mole.v2.png"),
        (".jpg", "jpg.png"),
        ("...", "image.png"),
    ],
)
def test_a_full_stop_ends_no_title(given, kept):
    """ "Naevus 2.5 mm" and "Naevus 2.9 mm" would else be the same file."""
    assert archive.file_name(given, ".png") == kept
