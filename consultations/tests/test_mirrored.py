"""A front camera's picture may be mirrored: whoever reads it is told, and nothing is turned."""

import csv
import zipfile
from io import BytesIO, StringIO

import pytest
from django.urls import reverse
from PIL import ExifTags, Image

from consultations import services
from consultations.models import ConsultationImage
from testing.cast import photograph, upload

LENS = "iPhone 15 Pro front TrueDepth camera 2.69mm f/1.9"


def selfie():
    """The bytes of a photograph whose lens says that it is the front camera's."""
    picture, block, file = Image.open(BytesIO(photograph())), Image.Exif(), BytesIO()
    block.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.LensModel] = LENS
    picture.save(file, "JPEG", exif=block)
    return file.getvalue()


@pytest.fixture
def taken(consultation, doctor):
    """A photograph of the front camera."""
    made, _ = services.add_image(
        consultation=consultation, user=doctor, upload=upload(data=selfie())
    )
    return made


@pytest.fixture
def read(client, doctor):
    client.force_login(doctor, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["django_language"] = "en"
    return lambda route, key: client.get(reverse(route, args=[key])).content.decode()


def test_it_is_asked_until_somebody_knows(read, client, taken):
    assert taken.mirrored == "unknown"
    told = "Front camera: mirrored?"
    for route, key in (
        ("consultation_detail", taken.consultation_id),
        ("patient_detail", taken.patient_id),
        ("image_detail", taken.pk),
    ):
        assert told in read(route, key), route
    url = reverse("image_detail", args=[taken.pk])
    assert 'name="mirrored"' in read("image_detail", taken.pk)
    client.post(url, {"image_type": "macro", "mirrored": "no"})
    assert told not in read("image_detail", taken.pk)
    client.post(url, {"image_type": "macro", "mirrored": "yes"})
    assert "Mirrored" in read("consultation_detail", taken.consultation_id)


def test_other_cameras_are_not_asked_about(read, image):
    assert image.mirrored == ""
    assert 'name="mirrored"' not in read("image_detail", image.pk)


def test_the_api_and_the_manifest_say_it_and_the_original_stays(api, doctor, taken, consultation):
    path = f"/api/v1/consultations/images/{taken.pk}"
    assert api(doctor).get(path).json()["mirrored"] == "unknown"
    assert api(doctor).patch(path, {"mirrored": "yes"}).json()["mirrored"] == "yes"
    assert api(doctor).patch(path, {"mirrored": "perhaps"}).status_code == 400
    answer = api(doctor).get(f"/api/v1/consultations/{consultation.pk}/images/download-all")
    with zipfile.ZipFile(BytesIO(b"".join(answer.streaming_content))) as archive:
        text = archive.read("manifest.csv").decode("utf-8-sig")
        assert archive.read(archive.namelist()[0]) == selfie()
    row = next(csv.DictReader(StringIO(text), delimiter=text[len('"file"')]))
    assert row["mirrored"] == "yes"


def test_the_upload_modals_camera_may_say_it(api, doctor, consultation):
    """A frame from the screen carries no EXIF."""
    api(doctor).post(
        f"/api/v1/consultations/{consultation.pk}/images",
        {"file": upload(), "mirrored": "unknown"},
        format="multipart",
    )
    assert ConsultationImage.objects.get().mirrored == "unknown"
