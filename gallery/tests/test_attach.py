"""Copying images from a consultation to the gallery, and attaching them to a consultation."""

import hashlib
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.messages import get_messages
from django.core.files.storage import storages
from django.db import connection

from consultations import services as consultations
from consultations.models import Consultation, ConsultationImage
from gallery.models import StorageQuota, UserImage
from gallery.services import transfer
from gallery.services.processing import queue
from gallery.services.quotas import QuotaExceeded
from gallery.services.trash import delete_images, restore_images
from imaging import storage
from imaging.errors import StorageUnavailable
from testing.cast import blobs, upload

pytestmark = pytest.mark.django_db


def bytes_of(field):
    with field.open() as file:
        return file.read()


# From a consultation to the gallery ----------------------------------------------------------


def test_copy_has_the_same_original_and_leaves_the_consultation_unchanged(image, patient):
    row_before = ConsultationImage.objects.values().get()
    copy, created = transfer.copy_from_consultation(image=image, user=patient)
    assert created
    assert copy.user == patient
    assert (copy.sha256, copy.original_filename) == (image.sha256, image.original_filename)
    assert bytes_of(copy.original) == bytes_of(image.original)
    assert ConsultationImage.objects.values().get() == row_before
    assert queue.work()
    delete_images(UserImage.objects.all())
    UserImage.objects.all().delete()
    assert bytes_of(image.original), "deleting the copy keeps the consultation's original"


@pytest.mark.parametrize(
    ("image_type", "dermoscopic"), [("dermoscopy", True), ("macro", False), ("other", None)]
)
def test_image_type_sets_the_copys_dermoscopic_flag(image, doctor, image_type, dermoscopic):
    """It selects the engine: users who marked an image as dermoscopy need not choose again."""
    image = consultations.update_image(image, image_type=image_type)
    copy, _created = transfer.copy_from_consultation(image=image, user=doctor)
    assert copy.dermoscopic is dermoscopic


def test_copying_twice_creates_one_image_per_user(image, doctor, patient):
    first, _created = transfer.copy_from_consultation(image=image, user=doctor)
    repeat, created = transfer.copy_from_consultation(image=image, user=doctor)
    assert (repeat, created) == (first, False)
    assert StorageQuota.objects.get(user=doctor).image_count == 1
    patients_copy, created = transfer.copy_from_consultation(image=image, user=patient)
    assert created
    assert patients_copy != first


@pytest.mark.parametrize("key", ["consultation-image/{}", " consultation-image/{}"])
def test_clients_idempotency_keys_do_not_collide_with_copies(image, doctor, api, key):
    """Otherwise a client using such a key would get another image, or block the copy."""
    body = {"file": upload(seed=7)}
    response = api(doctor).post(
        "/api/v1/remove-background",
        body,
        format="multipart",
        HTTP_IDEMPOTENCY_KEY=key.format(image.pk),
    )
    assert response.status_code == 202
    copy, created = transfer.copy_from_consultation(image=image, user=doctor)
    assert created
    assert str(copy.pk) != response.json()["id"]


def test_migration_moves_copy_keys_in_both_directions(image, doctor):
    copy, _created = transfer.copy_from_consultation(image=image, user=doctor)
    old_key = f"consultation-image/{image.pk}"
    UserImage.objects.filter(pk=copy.pk).update(idempotency_key=old_key)
    migration = import_module("gallery.migrations.0006_own_idempotency_keys")
    schema_editor = SimpleNamespace(connection=connection)
    migration.set_apart(apps, schema_editor)
    assert transfer.copy_from_consultation(image=image, user=doctor) == (copy, False)
    migration.put_back(apps, schema_editor)
    assert UserImage.objects.get(pk=copy.pk).idempotency_key == old_key


def test_deleted_copy_can_be_copied_again(image, doctor):
    first, _created = transfer.copy_from_consultation(image=image, user=doctor)
    delete_images(UserImage.objects.filter(pk=first.pk))
    second, created = transfer.copy_from_consultation(image=image, user=doctor)
    assert created
    assert second.pk != first.pk
    assert restore_images(UserImage.objects.deleted_by(doctor)) == 1


def test_copy_over_the_quota_reads_no_storage(image, doctor, monkeypatch):
    StorageQuota.objects.of(doctor.pk)
    StorageQuota.objects.update(image_limit=0)
    monkeypatch.setattr(storage, "fetch", None)
    with pytest.raises(QuotaExceeded):
        transfer.copy_from_consultation(image=image, user=doctor)


@pytest.mark.parametrize("function", ["imaging.storage.fetch", "imaging.storage.containers.put"])
def test_copy_during_a_storage_outage_leaves_nothing(image, doctor, monkeypatch, function):
    blobs_before = blobs()

    def raise_unavailable(*_args):
        raise StorageUnavailable("originals")

    monkeypatch.setattr(function, raise_unavailable)
    with pytest.raises(StorageUnavailable):
        transfer.copy_from_consultation(image=image, user=doctor)
    assert blobs() == blobs_before
    assert not UserImage.objects.exists()


def test_copy_of_a_missing_original_raises_storage_unavailable(image, doctor):
    storages["originals"].delete(image.original.name)
    with pytest.raises(StorageUnavailable):
        transfer.copy_from_consultation(image=image, user=doctor)


def test_copy_of_a_file_with_a_long_extension(consultation, doctor):
    """As part of a temporary file's name it would exceed the limit of the file system."""
    image, _created = consultations.add_image(
        consultation=consultation, user=doctor, upload=upload("x." + "y" * 240)
    )
    copy, _created = transfer.copy_from_consultation(image=image, user=doctor)
    assert copy.original_filename == image.original_filename


def test_remove_background_button_redirects_to_the_gallery_image(page, doctor, image):
    for _ in range(2):
        response = page(doctor).post(f"/gallery/from-consultation/{image.pk}/")
        copy = UserImage.objects.get()
        assert response["Location"] == f"/gallery/images/{copy.pk}/"
    assert page(doctor).get(f"/gallery/from-consultation/{image.pk}/").status_code == 405


def test_refused_copy_redirects_back_with_an_error(page, doctor, image):
    StorageQuota.objects.of(doctor.pk)
    StorageQuota.objects.update(image_limit=0)
    response = page(doctor).post(f"/gallery/from-consultation/{image.pk}/")
    assert response["Location"] == f"/consultations/images/{image.pk}/"
    assert [m.level_tag for m in get_messages(response.wsgi_request)] == ["error"]


def test_copy_api_answers_like_remove_background(api, doctor, image):
    response = api(doctor).post(f"/api/v1/consultations/images/{image.pk}/remove-background")
    assert response.status_code == 202
    assert response.json()["status"] == "queued"
    assert response["Location"].endswith(f"/api/v1/images/{response.json()['id']}")
    StorageQuota.objects.update(image_limit=1)
    UserImage.objects.all().delete()
    full = api(doctor).post(f"/api/v1/consultations/images/{image.pk}/remove-background")
    assert full.status_code == 403
    assert full.json()["errors"][0]["code"] == "quota_exceeded"


@pytest.mark.parametrize("role", ["doctor", "patient"])
def test_everyone_who_sees_an_image_has_the_button(page, request, image, role):
    user = request.getfixturevalue(role)
    action = f'action="/gallery/from-consultation/{image.pk}/"'
    assert action in page(user).get(f"/consultations/images/{image.pk}/").content.decode()
    viewer = page(user).get(f"/consultations/{image.consultation_id}/").content.decode()
    assert 'data-action="/gallery/from-consultation/0/"' in viewer


# Into a consultation ------------------------------------------------------------------------

METADATA = {"image_type": "macro", "body_site": "113179006", "description": "left wing"}


@pytest.fixture
def attach_url(ready_image):
    return f"/gallery/images/{ready_image.pk}/attach/"


def test_attaching_copies_the_original_not_the_cutout(ready_image, consultation, doctor):
    """The record must hold what the camera took, not a computed picture."""
    attached, created = transfer.attach_to_consultation(
        image=ready_image, consultation=consultation, user=doctor, **METADATA
    )
    assert created
    assert hashlib.sha256(bytes_of(attached.original)).hexdigest() == ready_image.sha256
    assert (attached.image_type, attached.description) == ("macro", "left wing")
    assert attached.uploaded_by == doctor
    consultation.refresh_from_db()
    assert consultation.images_taken
    ready_image.refresh_from_db()
    assert ready_image.status == "ready"


def test_attach_form_accepts_nul_in_its_token(page, doctor, attach_url, consultation):
    """PostgreSQL refuses NUL in text, which caused a 500."""
    body = {"consultation": consultation.pk, "once": "a\0b", **METADATA}
    assert page(doctor).post(attach_url, body).status_code == 302
    assert consultation.images.count() == 1


def test_attach_form_sent_twice_attaches_once(page, doctor, attach_url, consultation):
    browser = page(doctor)
    form = browser.get(attach_url, {"consultation": consultation.pk})
    token = form.context["once"]
    body = {"consultation": consultation.pk, "once": token, **METADATA}
    for _ in range(2):
        response = browser.post(attach_url, body)
        assert response["Location"] == f"/consultations/{consultation.pk}/"
    assert ConsultationImage.objects.count() == 1
    browser.post(attach_url, body | {"once": "another"})
    assert ConsultationImage.objects.count() == 2, "a new form attaches it again"


def test_attach_form_shows_the_patient(page, doctor, attach_url, consultation):
    """The page must prevent attaching an image to the wrong record."""
    text = page(doctor).get(attach_url, {"consultation": consultation.pk}).content.decode()
    name = consultation.patient.full_name
    assert text.count(name) >= 3, "in the title, the header and beside the button"
    assert "20418" in text


def test_attach_form_requires_a_side_for_paired_sites(page, doctor, attach_url, consultation):
    body = {"consultation": consultation.pk, "image_type": "macro", "body_site": "70559009"}
    response = page(doctor).post(attach_url, body)
    assert response.status_code == 200
    assert "laterality" in response.context["metadata_form"].errors
    assert not ConsultationImage.objects.exists()


def test_attach_form_keeps_its_input_during_a_storage_outage(
    page, doctor, attach_url, consultation, monkeypatch
):
    def raise_unavailable(*_args):
        raise StorageUnavailable("originals")

    monkeypatch.setattr(storage, "fetch", raise_unavailable)
    response = page(doctor).post(attach_url, {"consultation": consultation.pk, **METADATA})
    assert response.status_code == 200
    assert "left wing" in response.content.decode()
    assert response.context["metadata_form"].non_field_errors()


def test_consultation_chooser_searches_by_patient(
    page, doctor, attach_url, consultation, other_doctor
):
    other_consultation = Consultation.objects.create(
        doctor=other_doctor, patient=consultation.patient
    )
    browser = page(doctor)
    for query, expected in (("", 1), ("lefevre", 1), ("20418", 1), ("nobody", 0)):
        response = browser.get(attach_url, {"q": query})
        assert len(response.context["consultations"]) == expected, query
        assert f"consultation={other_consultation.pk}" not in response.content.decode()
    fragment = browser.get(
        attach_url, {"q": "marie"}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "<html" not in fragment
    assert f"?consultation={consultation.pk}" in fragment


@pytest.mark.parametrize("chosen", ["0", "x", "٣", "9" * 30, "-1"])
def test_attaching_to_an_invalid_consultation_answers_404(page, doctor, attach_url, chosen):
    assert page(doctor).get(attach_url, {"consultation": chosen}).status_code == 404


def test_attaching_to_another_doctors_consultation_is_refused(
    page, api, other_doctor, record, doctor, ready_image
):
    other_consultation = Consultation.objects.create(doctor=other_doctor, patient=record)
    body = {"consultation": other_consultation.pk, **METADATA}
    assert page(doctor).post(f"/gallery/images/{ready_image.pk}/attach/", body).status_code == 404
    response = api(doctor).post(f"/api/v1/images/{ready_image.pk}/attach", body)
    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == "consultation"
    assert not ConsultationImage.objects.exists()


def test_attach_api_attaches_once_per_key(api, doctor, ready_image, consultation):
    client, url = api(doctor), f"/api/v1/images/{ready_image.pk}/attach"
    body = {"consultation": consultation.pk, **METADATA}
    first = client.post(url, body, headers={"Idempotency-Key": "k"})
    assert first.status_code == 201
    assert first.json()["consultation_id"] == consultation.pk
    assert first.json()["sha256"] == ready_image.sha256
    repeat = client.post(url, body, headers={"Idempotency-Key": "k"})
    assert repeat.json()["id"] == first.json()["id"]
    assert ConsultationImage.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "attr"),
    [
        ({"consultation": None}, "consultation"),
        ({"image_type": "selfie"}, "image_type"),
        ({"image_type": "macro", "dermoscopic_type": "contact_polarized"}, "dermoscopic_type"),
    ],
)
def test_attach_api_names_the_invalid_field(api, doctor, ready_image, consultation, change, attr):
    body = {"consultation": consultation.pk, **change}
    response = api(doctor).post(f"/api/v1/images/{ready_image.pk}/attach", body)
    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == attr
    assert not ConsultationImage.objects.exists()


def test_patients_cannot_attach_images(page, api, patient, submit, consultation):
    """Patients may view a consultation but not add images to it."""
    own_image = submit(patient)
    body = {"consultation": consultation.pk}
    assert page(patient).get(f"/gallery/images/{own_image.pk}/attach/").status_code == 403
    assert page(patient).post(f"/gallery/images/{own_image.pk}/attach/", body).status_code == 403
    assert api(patient).post(f"/api/v1/images/{own_image.pk}/attach", body).status_code == 403


def test_copying_and_attaching_count_towards_the_upload_rate(
    page, doctor, image, user_image, consultation, monkeypatch
):
    """Each decodes a photograph; otherwise pages would get around the API's limit."""
    monkeypatch.setattr("gallery.views.attach.UploadRate.rate", "1/min", raising=False)
    session, attach_url = page(doctor), f"/gallery/images/{user_image.pk}/attach/"
    assert session.post(f"/gallery/from-consultation/{image.pk}/").status_code == 302
    answer = session.post(attach_url, {"consultation": consultation.pk, "image_type": "macro"})
    assert answer.status_code == 200
    assert consultation.images.count() == 1, "refused, with a message on the page"
    session.post(f"/gallery/from-consultation/{image.pk}/")
    assert UserImage.objects.count() == 2
