"""The bin in the API: an integrator who deletes by mistake must find it, and only its doctor."""

import pytest

from consultations import bin
from consultations.models import ConsultationImage
from testing.cast import blobs, upload

BIN = "/api/v1/consultations/images/bin"


@pytest.fixture
def binned(image):
    bin.put_away_images(ConsultationImage.objects.filter(pk=image.pk))
    return image


def test_listed_with_its_dates(api, doctor, binned, settings):
    body = api(doctor).get(BIN).json()
    (told,) = body["images"]
    assert body["total"] == 1
    assert told["id"] == binned.pk
    assert told["consultation_id"] == binned.consultation_id
    assert told["deleted_at"] < told["erased_at"]


def test_nobody_elses(api, doctor, other_doctor, patient, binned):
    assert api(other_doctor).get(BIN).json()["images"] == []
    for act in ("post", "delete"):
        path = f"{BIN}/{binned.pk}" + ("/restore" if act == "post" else "")
        assert getattr(api(other_doctor), act)(path).status_code == 404
        assert getattr(api(patient), act)(path).status_code == 403
    assert api(patient).get(BIN).status_code == 403
    assert ConsultationImage.all_rows.get().deleted_at


def test_restored(api, doctor, binned):
    answer = api(doctor).post(f"{BIN}/{binned.pk}/restore")
    assert (answer.status_code, answer.json()["id"]) == (200, binned.pk)
    assert api(doctor).get(f"/api/v1/consultations/images/{binned.pk}").status_code == 200
    assert api(doctor).post(f"{BIN}/{binned.pk}/restore").status_code == 404


def test_restored_though_it_is_there_again(api, doctor, binned, consultation):
    path = f"/api/v1/consultations/{consultation.pk}/images"
    again = api(doctor).post(path, {"file": upload()}, format="multipart").json()["id"]
    answer = api(doctor).post(f"{BIN}/{binned.pk}/restore")
    assert answer.status_code == 409
    (error,) = answer.json()["errors"]
    assert error["code"] == "same_file_there"
    assert str(again) in error["detail"]


@pytest.mark.django_db(transaction=True)
def test_for_good(api, doctor, binned):
    assert api(doctor).delete(f"{BIN}/{binned.pk}").status_code == 204
    assert api(doctor).delete(f"{BIN}/{binned.pk}").status_code == 404
    assert blobs() == set()


def test_only_what_is_in_the_bin(api, doctor, image):
    """A program that mixes up the paths must not destroy what nobody deleted."""
    assert api(doctor).delete(f"{BIN}/{image.pk}").status_code == 404
    assert ConsultationImage.objects.get() == image
