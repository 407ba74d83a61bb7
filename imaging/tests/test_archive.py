"""What is named and written in a ZIP: for any file system, and for any spreadsheet."""

import pytest

from imaging import archive


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
