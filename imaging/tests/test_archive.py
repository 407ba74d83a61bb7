"""File names and manifests of ZIPs: safe for any file system and any spreadsheet."""

from decimal import Decimal

import pytest

from imaging.storage import zip as archive


@pytest.mark.parametrize(
    "given", ["=1+1", "x;=cmd|'/c calc'!A0", "x\n=1+1", "x; +1", "a;\t@SUM(A1)", "＝1"]
)
def test_manifest_cell_never_starts_a_formula(given):
    """Cells come from untrusted files. A French spreadsheet starts a new cell at a semicolon, even
    inside quotes."""
    cell = archive.safe_cell(given)
    for part in cell.replace("\n", ";").split(";"):
        assert not part.strip().startswith(("=", "+", "-", "@", "＝"))
    assert cell.replace("'", "") == given.replace("'", "")


@pytest.mark.parametrize("given", ["x,=cmd|'/c calc'!A0", "x, +1", "a;=1,=2", "-1"])
def test_french_manifest_cell_never_starts_a_formula_when_split_at_commas(given):
    """A manifest with semicolons may be opened where commas separate cells."""
    cell = archive.safe_cell(given, ";", ",")
    for part in cell.replace(",", ";").split(";"):
        assert not part.strip().startswith(("=", "+", "-", "@"))
    assert cell.replace("'", "") == given.replace("'", "")


@pytest.mark.parametrize("separator", ";,")
def test_file_name_in_the_manifest_never_starts_a_formula(separator):
    """The entry's number protects the start of the name, but not what follows a separator."""
    entry = f"001_{archive.file_name('x;=1+1', '.jpg')}"
    (data,) = archive.manifest_csv([(entry, [])], [], set(), separator)
    assert "001_x;'=1+1.jpg" in data.decode()


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [(-1.5, "-1,5", "-1.5"), (Decimal("0.25"), "0,25", "0.25"), (-7, "-7", "-7"), (True,) * 3],
)
def test_numbers_use_the_readers_decimal_separator(value, french, english):
    assert archive.safe_cell(value, ";", ",") == str(french)
    assert archive.safe_cell(value, ",", ".") == str(english)


def test_text_without_formulas_is_unchanged():
    for text in ("a - b = c", "me@example.org; you", "1+1"):
        assert archive.safe_cell(text) == text


@pytest.mark.parametrize("given", ["皮" * 255, "é" * 255, "🙂" * 200])
def test_file_name_fits_into_255_bytes(given):
    """File systems count bytes; otherwise the ZIP cannot be unpacked."""
    name = f"00001_cut-out_{archive.file_name(given, '_thumbnail.webp')}"
    assert len(name.encode()) <= 255
    assert name.endswith("_thumbnail.webp")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Naevus 2.5 mm", "Naevus 2.5 mm.png"),
        ("Dr. Martin", "Dr. Martin.png"),
        ("IMG_1.JPG", "IMG_1.png"),
        ("mole.v2.heic", "mole.v2.png"),
        (".jpg", "jpg.png"),
        ("...", "image.png"),
    ],
)
def test_full_stop_in_a_title_is_kept(given, expected):
    """Otherwise "Naevus 2.5 mm" and "Naevus 2.9 mm" get the same file name."""
    assert archive.file_name(given, ".png") == expected
