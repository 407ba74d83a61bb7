"""A ZIP's manifest in LibreOffice, opened with the import settings of French and English users."""

import io
import shutil
import subprocess
import zipfile
from xml.etree import ElementTree

import pytest

from consultations import services
from gallery import archive as gallery_archive
from gallery.models import UserImage
from imaging.storage import zip as archive
from testing.cast import upload

pytestmark = pytest.mark.alike
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
LOCALE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse">
<value>{}</value></prop></item></oor:items>"""
# What the import dialog proposes: separators, quotes, UTF-8 (because of the byte-order mark), first
# line, columns, language (Microsoft's LCID), quoted cells are not forced to text, numbers detected.
# Without a dialog and these settings, LibreOffice assumes commas and Windows-1252.
FRENCH, ENGLISH = ("fr-FR", "59", 1036), ("en-US", "44", 1033)
EITHER = ("fr-FR", "44/59/9", 1036)  # LibreOffice's default proposal

DESCRIPTION = 'Nævus, "plat"; 3,5 mm\nà revoir'


@pytest.fixture(scope="module")
def profiles(tmp_path_factory):
    """Created once per module, because LibreOffice takes seconds for it."""
    return tmp_path_factory.mktemp("profiles")


@pytest.fixture
def spreadsheet(tmp_path, profiles):
    """`spreadsheet(csv_bytes, reader)`: its rows as lists of (text, number or None)."""
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not installed (Debian: apt-get install libreoffice-calc)")

    def open_csv(data, reader):
        locale, separators, language = reader
        user = profiles / locale / "user"
        if not user.exists():
            user.mkdir(parents=True)
            (user / "registrymodifications.xcu").write_text(LOCALE.format(locale))
        (tmp_path / "manifest.csv").write_bytes(data)
        command = ["soffice", f"-env:UserInstallation={user.parent.as_uri()}", "--headless"]
        command += [f"--infilter=CSV:{separators},34,76,1,,{language},false,true"]
        command += ["--convert-to", "fods", "--outdir", str(tmp_path)]
        command += [str(tmp_path / "manifest.csv")]
        result = subprocess.run(command, capture_output=True, timeout=120)
        output = tmp_path / "manifest.fods"
        assert output.exists(), result
        rows = map(_cells, ElementTree.parse(output).iter(f"{TABLE}table-row"))
        return [cells for cells in rows if cells]

    return open_csv


def _cells(row):
    cells = []
    for cell in row.iter(f"{TABLE}table-cell"):
        text = "\n".join("".join(p.itertext()) for p in cell.iter(f"{TEXT}p"))
        assert cell.get(f"{TABLE}formula") is None, text
        value = cell.get(f"{OFFICE}value")
        times = int(cell.get(f"{TABLE}number-columns-repeated", 1))
        cells += [(text, float(value) if value else None)] * min(times, 50)
    while cells and cells[-1] == ("", None):
        cells.pop()
    return cells


def manifest_of(response):
    data = b"".join(response.streaming_content)
    return zipfile.ZipFile(io.BytesIO(data)).read("manifest.csv")


@pytest.fixture
def described_image(consultation, doctor):
    image, _created = services.add_image(
        consultation=consultation,
        user=doctor,
        upload=upload("Nævus.jpg"),
        description=DESCRIPTION,
    )
    return image


def assert_manifest_of(rows, image):
    names = [text for text, _number in rows[0]]
    assert names[:3] == ["file", "state", "id"], (
        "separate columns, and no byte-order mark in the first"
    )
    row = dict(zip(names, rows[1], strict=False))
    assert len(rows) == 2
    assert row["file"][0] == "001_Nævus.jpg", "UTF-8"
    assert row["description"][0] == DESCRIPTION
    assert row["sha256"][0] == image.sha256
    assert row["file_size"][1] == image.file_size, "a number"
    assert row["width"][1] == image.width


@pytest.mark.parametrize(
    ("language", "reader"), [("fr", FRENCH), ("fr", EITHER), ("en", ENGLISH), ("en", EITHER)]
)
def test_manifest_opens_in_the_readers_spreadsheet(
    page, doctor, described_image, spreadsheet, language, reader
):
    """With commas and no byte-order mark, French users saw one column and garbled letters."""
    url = f"/api/v1/consultations/{described_image.consultation_id}/images/download-all"
    answer = page(doctor).get(url, headers={"Accept-Language": language})
    assert_manifest_of(spreadsheet(manifest_of(answer), reader), described_image)


def test_manifest_is_in_the_users_chosen_language(page, doctor, described_image, spreadsheet):
    """It takes precedence over the browser's, although the ZIP is streamed when none is active."""
    doctor.language = "fr"
    doctor.save()
    url = f"/api/v1/consultations/{described_image.consultation_id}/images/download-all"
    answer = page(doctor).get(url, headers={"Accept-Language": "en"})
    assert_manifest_of(spreadsheet(manifest_of(answer), FRENCH), described_image)


def test_gallery_manifest_opens_in_a_spreadsheet(page, doctor, user_image, spreadsheet):
    UserImage.objects.filter(pk=user_image.pk).update(title="Nævus, dos; gauche")
    answer = page(doctor).post(
        "/api/v1/gallery/download",
        {"ids": [str(user_image.pk)]},
        content_type="application/json",
        headers={"Accept-Language": "fr"},
    )
    rows = spreadsheet(manifest_of(answer), FRENCH)
    row = dict(zip([text for text, _ in rows[0]], rows[1], strict=False))
    assert row["title"][0] == "Nævus, dos; gauche"
    assert row["file_size"][1] == user_image.file_size
    assert set(gallery_archive.COLUMNS) < {text for text, _ in rows[0]}


@pytest.mark.parametrize(
    ("separators", "reader"), [((";", ","), FRENCH), ((";", ","), EITHER), ((",", "."), ENGLISH)]
)
def test_decimal_numbers_are_read_as_numbers(spreadsheet, separators, reader):
    """With the wrong decimal separator it is read as text, or as a date."""
    cells = [archive.safe_cell(value, *separators) for value in (-3.5, 0.25, "a, b; c")]
    (data,) = archive.manifest_csv([("x", cells)], ["a", "b", "c"], set(), separators[0])
    row = spreadsheet(data, reader)[1]
    assert [number for _text, number in row[2:]] == [-3.5, 0.25, None]
    assert row[4][0] == "a, b; c"


@pytest.mark.parametrize(
    ("separators", "reader"), [((";", ","), ENGLISH), ((",", "."), FRENCH), ((";", ","), EITHER)]
)
def test_no_cell_is_a_formula_with_any_separator(spreadsheet, separators, reader):
    """Values come from untrusted files, and the reader's separators may differ."""
    formulas = ["=1+1", "x;=1+1", "x,=1+1", 'x";=1+1', 'x",=1+1', "@SUM(A1)", "+1+1"]
    cells = [archive.safe_cell(value, *separators) for value in formulas]
    (data,) = archive.manifest_csv([("x", cells)], list("abcdefg"), set(), separators[0])
    for text, number in spreadsheet(data, reader)[-1]:
        assert not text.lstrip().startswith(("=", "@", "+"))
        assert number is None
