"""A ZIP's manifest in a spreadsheet: LibreOffice opens it as its dialog would for such a reader."""

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
# What the dialog proposes there: separators, quotes, UTF-8 (of the mark), first line, columns,
# language (Microsoft's number), quoted cells are no texts, numbers are looked for. Headless there
# is no dialog, and without them LibreOffice takes commas and Windows' letters, in any language.
FRENCH, ENGLISH = ("fr-FR", "59", 1036), ("en-US", "44", 1033)
EITHER = ("fr-FR", "44/59/9", 1036)  # LibreOffice's own proposal, where nothing was chosen before

DESCRIPTION = 'Nævus, "plat"; 3,5 mm\nà revoir'


@pytest.fixture(scope="module")
def profiles(tmp_path_factory):
    """Made once: LibreOffice takes seconds for it."""
    return tmp_path_factory.mktemp("profiles")


@pytest.fixture
def spreadsheet(tmp_path, profiles):
    """`spreadsheet(bytes of a CSV, reader)`: its rows of (text, number or None)."""
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not installed (Debian: apt-get install libreoffice-calc)")

    def opened(data, reader):
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
        done = subprocess.run(command, capture_output=True, timeout=120)
        told = tmp_path / "manifest.fods"
        assert told.exists(), done
        rows = map(_cells, ElementTree.parse(told).iter(f"{TABLE}table-row"))
        return [cells for cells in rows if cells]

    return opened


def _cells(row):
    found = []
    for cell in row.iter(f"{TABLE}table-cell"):
        text = "\n".join("".join(p.itertext()) for p in cell.iter(f"{TEXT}p"))
        assert cell.get(f"{TABLE}formula") is None, text
        value = cell.get(f"{OFFICE}value")
        times = int(cell.get(f"{TABLE}number-columns-repeated", 1))
        found += [(text, float(value) if value else None)] * min(times, 50)
    while found and found[-1] == ("", None):
        found.pop()
    return found


def manifest(response):
    data = b"".join(response.streaming_content)
    return zipfile.ZipFile(io.BytesIO(data)).read("manifest.csv")


@pytest.fixture
def described(consultation, doctor):
    made, _created = services.add_image(
        consultation=consultation,
        user=doctor,
        upload=upload("Nævus.jpg"),
        description=DESCRIPTION,
    )
    return made


def check(rows, image):
    names = [text for text, _number in rows[0]]
    assert names[:3] == ["file", "state", "id"], "columns, and no sign before the first"
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
def test_a_manifest_opens_in_the_readers_spreadsheet(
    page, doctor, described, spreadsheet, language, reader
):
    """A doctor in France saw one column of commas, and "Nævus" as two odd letters."""
    url = f"/api/v1/consultations/{described.consultation_id}/images/download-all"
    answer = page(doctor).get(url, headers={"Accept-Language": language})
    check(spreadsheet(manifest(answer), reader), described)


def test_a_person_has_the_language_that_they_chose(page, doctor, described, spreadsheet):
    """Before their browser's; and the ZIP is read when no language is active."""
    doctor.language = "fr"
    doctor.save()
    url = f"/api/v1/consultations/{described.consultation_id}/images/download-all"
    answer = page(doctor).get(url, headers={"Accept-Language": "en"})
    check(spreadsheet(manifest(answer), FRENCH), described)


def test_a_gallerys_manifest_too(page, doctor, user_image, spreadsheet):
    UserImage.objects.filter(pk=user_image.pk).update(title="Nævus, dos; gauche")
    answer = page(doctor).post(
        "/api/v1/gallery/download",
        {"ids": [str(user_image.pk)]},
        content_type="application/json",
        headers={"Accept-Language": "fr"},
    )
    rows = spreadsheet(manifest(answer), FRENCH)
    row = dict(zip([text for text, _ in rows[0]], rows[1], strict=False))
    assert row["title"][0] == "Nævus, dos; gauche"
    assert row["file_size"][1] == user_image.file_size
    assert set(gallery_archive.COLUMNS) < {text for text, _ in rows[0]}


@pytest.mark.parametrize(
    ("signs", "reader"), [((";", ","), FRENCH), ((";", ","), EITHER), ((",", "."), ENGLISH)]
)
def test_a_number_with_decimals_is_a_number(spreadsheet, signs, reader):
    """With the other language's sign it is a text, or the third of May."""
    cells = [archive._cell(value, *signs) for value in (-3.5, 0.25, "a, b; c")]
    (data,) = archive._manifest([("x", cells)], ["a", "b", "c"], set(), signs[0])
    row = spreadsheet(data, reader)[1]
    assert [number for _text, number in row[2:]] == [-3.5, 0.25, None]
    assert row[4][0] == "a, b; c"


@pytest.mark.parametrize(
    ("signs", "reader"), [((";", ","), ENGLISH), ((",", "."), FRENCH), ((";", ","), EITHER)]
)
def test_whoever_opens_it_no_cell_is_a_formula(spreadsheet, signs, reader):
    """A camera's name comes from anybody, and the separators may be another's."""
    typed = ["=1+1", "x;=1+1", "x,=1+1", 'x";=1+1', 'x",=1+1', "@SUM(A1)", "+1+1"]
    cells = [archive._cell(value, *signs) for value in typed]
    (data,) = archive._manifest([("x", cells)], list("abcdefg"), set(), signs[0])
    for text, number in spreadsheet(data, reader)[-1]:
        assert not text.lstrip().startswith(("=", "@", "+"))
        assert number is None
