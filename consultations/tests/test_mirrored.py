"""A front camera's picture may be mirrored: whoever reads it is told, and nothing is turned."""

import csv
import zipfile
from io import BytesIO, StringIO

import pytest
from django.urls import reverse

from consultations import services
from consultations.models import ConsultationImage
from testing.cast import selfie, upload


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


def test_one_answer_is_for_all_of_a_visit_that_nobody_has_given_yet(
    client, doctor, consultation, read
):
    """A series of one patient is taken by one camera: each was asked about by itself."""
    add = services.add_image
    made = [
        add(consultation=consultation, user=doctor, upload=upload(data=selfie(seed)))[0]
        for seed in range(4)
    ]
    client.force_login(doctor, backend="django.contrib.auth.backends.ModelBackend")
    services.update_image(made[1], mirrored="yes")
    first = reverse("image_detail", args=[made[0].pk])
    assert "The same for 2 other images of this visit" in read("image_detail", made[0].pk)

    def save(**said):
        client.post(first, {"image_type": "macro", "mirrored_for_all": "on", **said})
        rows = ConsultationImage.objects.order_by("pk")
        return list(rows.values_list("mirrored", flat=True))

    assert save(mirrored="unknown") == ["unknown", "yes", "unknown", "unknown"]
    assert save(mirrored="no") == ["no", "yes", "no", "no"], "what was said before stays"
    assert 'name="mirrored_for_all"' not in read("image_detail", made[0].pk)
    several = {"ids": [made[2].pk, made[3].pk], "mirrored": "yes"}
    client.patch("/api/v1/consultations/images", several, content_type="application/json")
    rows = ConsultationImage.objects.order_by("pk")
    assert list(rows.values_list("mirrored", flat=True)) == ["no", "yes", "yes", "yes"]


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
