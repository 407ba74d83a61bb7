"""The ZIP of a consultation: every original bit for bit, and a safe manifest."""

import csv
import hashlib
import io
import zipfile

import pytest
from django.core.files.base import ContentFile

from consultations import services
from imaging import storage
from testing.cast import photograph, upload

pytestmark = pytest.mark.alike


@pytest.fixture
def url(consultation):
    return f"/api/v1/consultations/{consultation.pk}/images/download-all"


def fetch(client, url):
    response = client.get(url)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"].startswith("attachment")
    assert response.streaming, "a whole consultation does not fit in memory"
    return zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))


def manifest_of(archive):
    """Its rows, in the French format: the default language."""
    text = archive.read("manifest.csv").decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


@pytest.mark.usefixtures("backend")
def test_zip_contains_every_original_and_a_manifest(api, doctor, consultation, url):
    for seed, name in ((1, "IMG_1.JPG"), (2, "IMG_1.JPG")):
        services.add_image(consultation=consultation, user=doctor, upload=upload(name, seed=seed))
    archive = fetch(api(doctor), url)
    assert archive.testzip() is None
    rows = manifest_of(archive)
    assert [row["file"] for row in rows] == ["001_IMG_1.jpg", "002_IMG_1.jpg"]
    assert {row["sha256"] for row in rows} == {
        hashlib.sha256(photograph(seed=seed)).hexdigest() for seed in (1, 2)
    }
    for row in rows:
        assert hashlib.sha256(archive.read(row["file"])).hexdigest() == row["sha256"]


@pytest.mark.parametrize(
    "name", ["..\\..\\evil.jpg", "C:evil.jpg", "a\x00b.jpg", ".ssh.jpg", "=1+1.jpg", "x" * 255]
)
def test_hostile_file_names_are_made_safe(api, doctor, consultation, url, name):
    file = ContentFile(photograph(), name=name)  # an UploadedFile would clean the name
    services.add_image(consultation=consultation, user=doctor, upload=file)
    entry = fetch(api(doctor), url).namelist()[0]
    assert entry.startswith("001_")
    assert not set(entry) & set('/\\:\0*?"<>|')
    assert len(entry) < 120


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_manifest_cells_are_not_formulas(api, doctor, consultation, url, text):
    services.add_image(consultation=consultation, user=doctor, upload=upload(), description=text)
    (row,) = manifest_of(fetch(api(doctor), url))
    assert row["description"] == "'" + text


@pytest.mark.usefixtures("backend")
def test_zip_marks_an_image_deleted_meanwhile_as_missing(api, doctor, consultation, url):
    """One missing original must not break the download of the whole consultation."""
    for seed in (1, 2, 3):
        image, _ = services.add_image(
            consultation=consultation, user=doctor, upload=upload(seed=seed)
        )
        if seed == 2:
            deleted = image
    response = api(doctor).get(url)
    storage.delete("originals", deleted.original.name)
    archive = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content)))
    assert archive.testzip() is None
    states = {int(r["id"]): r["state"] for r in manifest_of(archive)}
    assert states.pop(deleted.pk) == "missing"
    assert set(states.values()) == {"ok"}


def test_zip_of_an_empty_consultation_has_only_the_manifest(api, doctor, url):
    assert fetch(api(doctor), url).namelist() == ["manifest.csv"]
