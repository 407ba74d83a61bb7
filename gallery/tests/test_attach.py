"""From a consultation into the gallery, and back: the same original, and nobody else's."""

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


# Into the gallery ---------------------------------------------------------------------------


def test_a_copy_has_the_same_original_and_the_consultation_is_untouched(image, patient):
    before = ConsultationImage.objects.values().get()
    copy, created = transfer.copy_from_consultation(image=image, user=patient)
    assert created
    assert copy.user == patient
    assert (copy.sha256, copy.original_filename) == (image.sha256, image.original_filename)
    assert bytes_of(copy.original) == bytes_of(image.original)
    assert ConsultationImage.objects.values().get() == before
    assert queue.work()
    delete_images(UserImage.objects.all())
    UserImage.objects.all().delete()
    assert bytes_of(image.original), "the copy's end is not the original's"


@pytest.mark.parametrize(
    ("image_type", "dermoscopic"), [("dermoscopy", True), ("macro", False), ("other", None)]
)
def test_the_clinician_s_word_chooses_the_engine(image, doctor, image_type, dermoscopic):
    """A general model finds a lesion badly: who said "dermoscopy" must not have to say it again."""
    image = consultations.update_image(image, image_type=image_type)
    copy, _created = transfer.copy_from_consultation(image=image, user=doctor)
    assert copy.dermoscopic is dermoscopic


def test_asked_twice_it_is_one_image(image, doctor, patient):
    first, _created = transfer.copy_from_consultation(image=image, user=doctor)
    again, created = transfer.copy_from_consultation(image=image, user=doctor)
    assert (again, created) == (first, False)
    assert StorageQuota.objects.get(user=doctor).image_count == 1
    theirs, created = transfer.copy_from_consultation(image=image, user=patient)
    assert created
    assert theirs != first


@pytest.mark.parametrize("key", ["consultation-image/{}", " consultation-image/{}"])
def test_a_program_s_key_is_none_of_ours(image, doctor, api, key):
    """A program that happens to use it would be answered another picture, or stop this one."""
    sent = {"file": upload(seed=7)}
    told = api(doctor).post(
        "/api/v1/remove-background",
        sent,
        format="multipart",
        HTTP_IDEMPOTENCY_KEY=key.format(image.pk),
    )
    assert told.status_code == 202
    copy, created = transfer.copy_from_consultation(image=image, user=doctor)
    assert created
    assert str(copy.pk) != told.json()["id"]


def test_copies_of_before_the_upgrade_are_known_again(image, doctor):
    copy, _created = transfer.copy_from_consultation(image=image, user=doctor)
    former = f"consultation-image/{image.pk}"
    UserImage.objects.filter(pk=copy.pk).update(idempotency_key=former)
    keys = import_module("gallery.migrations.0006_own_idempotency_keys")
    editor = SimpleNamespace(connection=connection)
    keys.set_apart(apps, editor)
    assert transfer.copy_from_consultation(image=image, user=doctor) == (copy, False)
    keys.put_back(apps, editor)
    assert UserImage.objects.get(pk=copy.pk).idempotency_key == former


def test_after_the_copy_was_deleted_there_is_a_new_one(image, doctor):
    first, _created = transfer.copy_from_consultation(image=image, user=doctor)
    delete_images(UserImage.objects.filter(pk=first.pk))
    second, created = transfer.copy_from_consultation(image=image, user=doctor)
    assert created
    assert second.pk != first.pk
    assert restore_images(UserImage.objects.deleted_by(doctor)) == 1


def test_a_full_gallery_fetches_nothing(image, doctor, monkeypatch):
    StorageQuota.objects.of(doctor.pk)
    StorageQuota.objects.update(image_limit=0)
    monkeypatch.setattr(storage, "fetch", None)
    with pytest.raises(QuotaExceeded):
        transfer.copy_from_consultation(image=image, user=doctor)


@pytest.mark.parametrize("broken", ["imaging.storage.fetch", "imaging.storage.containers.put"])
def test_a_storage_that_is_down_leaves_nothing(image, doctor, monkeypatch, broken):
    before = blobs()

    def down(*_args):
        raise StorageUnavailable("originals")

    monkeypatch.setattr(broken, down)
    with pytest.raises(StorageUnavailable):
        transfer.copy_from_consultation(image=image, user=doctor)
    assert blobs() == before
    assert not UserImage.objects.exists()


def test_a_missing_original_is_said_as_such(image, doctor):
    storages["originals"].delete(image.original.name)
    with pytest.raises(StorageUnavailable):
        transfer.copy_from_consultation(image=image, user=doctor)


def test_a_long_extension_is_no_obstacle(consultation, doctor):
    """Part of a passing file's name, it would be longer than a file system takes."""
    odd, _created = consultations.add_image(
        consultation=consultation, user=doctor, upload=upload("x." + "y" * 240)
    )
    copy, _created = transfer.copy_from_consultation(image=odd, user=doctor)
    assert copy.original_filename == odd.original_filename


def test_the_button_leads_to_the_gallery_image(page, doctor, image):
    for _ in range(2):
        response = page(doctor).post(f"/gallery/from-consultation/{image.pk}/")
        copy = UserImage.objects.get()
        assert response["Location"] == f"/gallery/images/{copy.pk}/"
    assert page(doctor).get(f"/gallery/from-consultation/{image.pk}/").status_code == 405


def test_a_refusal_goes_back_to_the_photograph_and_says_why(page, doctor, image):
    StorageQuota.objects.of(doctor.pk)
    StorageQuota.objects.update(image_limit=0)
    response = page(doctor).post(f"/gallery/from-consultation/{image.pk}/")
    assert response["Location"] == f"/consultations/images/{image.pk}/"
    assert [m.level_tag for m in get_messages(response.wsgi_request)] == ["error"]


def test_the_api_answers_as_remove_background_does(api, doctor, image):
    response = api(doctor).post(f"/api/v1/consultations/images/{image.pk}/remove-background")
    assert response.status_code == 202
    assert response.json()["status"] == "queued"
    assert response["Location"].endswith(f"/api/v1/images/{response.json()['id']}")
    StorageQuota.objects.update(image_limit=1)
    UserImage.objects.all().delete()
    full = api(doctor).post(f"/api/v1/consultations/images/{image.pk}/remove-background")
    assert full.status_code == 403
    assert full.json()["errors"][0]["code"] == "quota_exceeded"


@pytest.mark.parametrize("who", ["doctor", "patient"])
def test_whoever_may_see_the_photograph_has_the_button(page, request, image, who):
    user = request.getfixturevalue(who)
    action = f'action="/gallery/from-consultation/{image.pk}/"'
    assert action in page(user).get(f"/consultations/images/{image.pk}/").content.decode()
    viewer = page(user).get(f"/consultations/{image.consultation_id}/").content.decode()
    assert 'data-action="/gallery/from-consultation/0/"' in viewer


# Into a consultation ------------------------------------------------------------------------

SAID = {"image_type": "macro", "body_site": "113179006", "description": "left wing"}


@pytest.fixture
def path(mine):
    return f"/gallery/images/{mine.pk}/attach/"


def test_the_original_is_attached_not_the_cut_out(mine, consultation, doctor):
    """The cut-out is a picture made; the record holds what the camera made."""
    attached, created = transfer.attach_to_consultation(
        image=mine, consultation=consultation, user=doctor, **SAID
    )
    assert created
    assert hashlib.sha256(bytes_of(attached.original)).hexdigest() == mine.sha256
    assert (attached.image_type, attached.description) == ("macro", "left wing")
    assert attached.uploaded_by == doctor
    consultation.refresh_from_db()
    assert consultation.images_taken
    mine.refresh_from_db()
    assert mine.status == "ready"


def test_a_form_with_nul_attaches_all_the_same(page, doctor, path, consultation):
    """PostgreSQL takes it in no text: the answer was an error of ours."""
    body = {"consultation": consultation.pk, "once": "a\0b", **SAID}
    assert page(doctor).post(path, body).status_code == 302
    assert consultation.images.count() == 1


def test_the_form_attaches_once_however_often_it_is_sent(page, doctor, path, consultation):
    browser = page(doctor)
    asked = browser.get(path, {"consultation": consultation.pk})
    once = asked.context["once"]
    body = {"consultation": consultation.pk, "once": once, **SAID}
    for _ in range(2):
        response = browser.post(path, body)
        assert response["Location"] == f"/consultations/{consultation.pk}/"
    assert ConsultationImage.objects.count() == 1
    browser.post(path, body | {"once": "another"})
    assert ConsultationImage.objects.count() == 2, "meant, it is attached again"


def test_the_patient_is_in_view_before_it_is_confirmed(page, doctor, path, consultation):
    """An image in the wrong record is the mistake that this page can make."""
    text = page(doctor).get(path, {"consultation": consultation.pk}).content.decode()
    name = consultation.patient.full_name
    assert text.count(name) >= 3, "title, identity, beside the button"
    assert "20418" in text


def test_a_side_is_asked_where_there_are_two(page, doctor, path, consultation):
    body = {"consultation": consultation.pk, "image_type": "macro", "body_site": "70559009"}
    response = page(doctor).post(path, body)
    assert response.status_code == 200
    assert "laterality" in response.context["metadata_form"].errors
    assert not ConsultationImage.objects.exists()


def test_what_the_form_said_stays_when_the_storage_is_down(
    page, doctor, path, consultation, monkeypatch
):
    def down(*_args):
        raise StorageUnavailable("originals")

    monkeypatch.setattr(storage, "fetch", down)
    response = page(doctor).post(path, {"consultation": consultation.pk, **SAID})
    assert response.status_code == 200
    assert "left wing" in response.content.decode()
    assert response.context["metadata_form"].non_field_errors()


def test_consultations_are_found_by_their_patient(page, doctor, path, consultation, other_doctor):
    theirs = Consultation.objects.create(doctor=other_doctor, patient=consultation.patient)
    browser = page(doctor)
    for query, found in (("", 1), ("lefevre", 1), ("20418", 1), ("nobody", 0)):
        response = browser.get(path, {"q": query})
        assert len(response.context["consultations"]) == found, query
        assert f"consultation={theirs.pk}" not in response.content.decode()
    part = browser.get(path, {"q": "marie"}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert f"?consultation={consultation.pk}" in part


@pytest.mark.parametrize("chosen", ["0", "x", "٣", "9" * 30, "-1"])
def test_a_consultation_that_is_none_is_404(page, doctor, path, chosen):
    assert page(doctor).get(path, {"consultation": chosen}).status_code == 404


def test_into_another_doctor_s_consultation_is_404(page, api, other_doctor, record, doctor, mine):
    theirs = Consultation.objects.create(doctor=other_doctor, patient=record)
    body = {"consultation": theirs.pk, **SAID}
    assert page(doctor).post(f"/gallery/images/{mine.pk}/attach/", body).status_code == 404
    response = api(doctor).post(f"/api/v1/images/{mine.pk}/attach", body)
    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == "consultation"
    assert not ConsultationImage.objects.exists()


def test_the_api_attaches(api, doctor, mine, consultation):
    client, url = api(doctor), f"/api/v1/images/{mine.pk}/attach"
    body = {"consultation": consultation.pk, **SAID}
    first = client.post(url, body, headers={"Idempotency-Key": "k"})
    assert first.status_code == 201
    assert first.json()["consultation_id"] == consultation.pk
    assert first.json()["sha256"] == mine.sha256
    again = client.post(url, body, headers={"Idempotency-Key": "k"})
    assert again.json()["id"] == first.json()["id"]
    assert ConsultationImage.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "attr"),
    [
        ({"consultation": None}, "consultation"),
        ({"image_type": "selfie"}, "image_type"),
        ({"image_type": "macro", "dermoscopic_type": "contact_polarized"}, "dermoscopic_type"),
    ],
)
def test_the_api_says_what_is_wrong(api, doctor, mine, consultation, change, attr):
    body = {"consultation": consultation.pk, **change}
    response = api(doctor).post(f"/api/v1/images/{mine.pk}/attach", body)
    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == attr
    assert not ConsultationImage.objects.exists()


def test_patients_attach_nothing(page, api, patient, submit, consultation):
    """A patient looks at a consultation; its images are the doctor's to add."""
    own = submit(patient)
    body = {"consultation": consultation.pk}
    assert page(patient).get(f"/gallery/images/{own.pk}/attach/").status_code == 403
    assert page(patient).post(f"/gallery/images/{own.pk}/attach/", body).status_code == 403
    assert api(patient).post(f"/api/v1/images/{own.pk}/attach", body).status_code == 403


def test_pages_count_as_uploads_do(page, doctor, image, user_image, consultation, monkeypatch):
    """Each decodes a photograph anew: past the limit of the API a page would be the way around."""
    monkeypatch.setattr("gallery.views.attach.UploadRate.rate", "1/min", raising=False)
    session, attach = page(doctor), f"/gallery/images/{user_image.pk}/attach/"
    assert session.post(f"/gallery/from-consultation/{image.pk}/").status_code == 302
    answer = session.post(attach, {"consultation": consultation.pk, "image_type": "macro"})
    assert answer.status_code == 200
    assert consultation.images.count() == 1, "refused, and said so on the page"
    session.post(f"/gallery/from-consultation/{image.pk}/")
    assert UserImage.objects.count() == 2
