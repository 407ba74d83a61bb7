"""The doctor's bin: what is deleted is nowhere else, can be brought back, and goes for good."""

import json
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.models import Event
from consultations import bin, services
from consultations.models import ConsultationImage
from testing.cast import blobs, upload


def add(consultation, doctor, seed=1, **fields):
    made, _ = services.add_image(
        consultation=consultation, user=doctor, upload=upload(seed=seed), **fields
    )
    return made


def live(image):
    return ConsultationImage.objects.filter(pk=image.pk)


def put_away(*images):
    keys = [image.pk for image in images]
    return bin.put_away_images(ConsultationImage.objects.filter(pk__in=keys))


def restore(*images):
    keys = [image.pk for image in images]
    return bin.restore_images(ConsultationImage.all_rows.filter(pk__in=keys))


def events(image):
    found = Event.objects.filter(kind="consultation_image", key=str(image.pk))
    return list(found.order_by("pk").values_list("action", flat=True))


def test_what_is_deleted_is_seen_nowhere(client, api, doctor, patient, image, consultation):
    """Else a patient would go on seeing what their doctor took away."""
    put_away(image)
    consultation.refresh_from_db()
    assert not consultation.images_taken
    assert not consultation.images.exists()
    assert type(consultation).objects.with_images_count().get().images_count == 0
    assert blobs(), "its files stay"
    base = f"/api/v1/consultations/{consultation.pk}"
    for user in (doctor, patient):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        for path in (
            "/",
            f"/consultations/{consultation.pk}/",
            f"/patients/{consultation.patient_id}/",
        ):
            page = client.get(path).content.decode()
            assert image.thumbnail.name not in page, path
        for part in ("", "display/", "original/", "download/"):
            path = f"/consultations/images/{image.pk}/{part}"
            assert client.get(path).status_code == 404, path
        assert client.get(f"/audit/consultation-image/{image.pk}/").status_code == 404
        assert client.post(f"/gallery/from-consultation/{image.pk}/").status_code == 404
        assert api(user).get(f"{base}/images").json()["total"] == 0
        archive = b"".join(api(user).get(f"{base}/images/download-all").streaming_content)
        assert image.original_filename.encode() not in archive


@pytest.mark.django_db(transaction=True)
def test_reconcile_and_verify_know_what_is_in_the_bin(image):
    """Else the nightly job would delete its files as orphans, and nothing could be restored."""
    put_away(image)
    before, out = blobs(), StringIO()
    call_command("reconcile", "--older-than", "0", stdout=out)
    assert blobs() == before
    call_command("verify_images", stdout=out)
    assert "1 originals, 0 not as received" in out.getvalue()


def test_brought_back_as_it_was(image, doctor, consultation):
    services.update_image(image, is_primary=True, description="left cheek")
    put_away(image)
    assert restore(image) == [image.pk]
    back = live(image).get()
    assert (back.is_primary, back.description, back.sha256) == (True, "left cheek", image.sha256)
    consultation.refresh_from_db()
    assert consultation.images_taken


def test_a_primary_one_comes_back_beside_another(doctor, consultation):
    """The database allows one: without a rule the doctor could not bring it back at all."""
    first, second = (add(consultation, doctor, seed, is_primary=True) for seed in (1, 2))
    services.update_image(first, is_primary=True)
    put_away(first)
    services.update_image(second, is_primary=True)
    put_away(second)
    third = add(consultation, doctor, 3)
    assert restore(first, second) == [first.pk, second.pk]
    primary = consultation.images.filter(is_primary=True)
    assert primary.get() == second, "the one that was primary last"
    put_away(second)
    services.update_image(third, is_primary=True)
    restore(second)
    assert primary.get() == third


def test_two_live_primary_images_are_still_refused(doctor, consultation):
    first, _second = (add(consultation, doctor, seed, is_primary=True) for seed in (1, 2))
    with pytest.raises(IntegrityError), transaction.atomic():
        ConsultationImage.objects.filter(pk=first.pk).update(is_primary=True)


def test_uploaded_again_meanwhile(doctor, consultation, image):
    """Silently there would be two of the same, and the patient's history would count it twice."""
    put_away(image)
    again = add(consultation, doctor)
    assert again.sha256 == image.sha256
    with pytest.raises(bin.SameFileThere) as refused:
        restore(image)
    assert refused.value.image == again.pk
    assert str(again.pk) in refused.value.detail
    assert ConsultationImage.all_rows.get(pk=image.pk).deleted_at, "nothing was brought back"
    put_away(again)
    assert restore(image) == [image.pk]


def test_undo_works_beside_a_twin_that_was_there_before(doctor, consultation, image):
    twin = add(consultation, doctor)
    put_away(image)
    assert restore(image) == [image.pk]
    put_away(image, twin)
    assert restore(image, twin) == [image.pk, twin.pk]


def test_an_idempotency_key_is_free_again(doctor, consultation):
    """As after any deletion: the same upload again is stored, and not refused for ever."""
    first = add(consultation, doctor, idempotency_key="k")
    put_away(first)
    second = add(consultation, doctor, idempotency_key="k")
    assert second.pk != first.pk


@pytest.mark.django_db(transaction=True)
def test_the_sweep(doctor, consultation, settings):
    """Kept for ever, a deletion would be none; gone too early, it could not be undone."""
    old, fresh = (add(consultation, doctor, seed) for seed in (1, 2))
    put_away(old)
    days = timedelta(days=settings.BIN_DAYS)
    with time_machine.travel(timezone.now() + days - timedelta(minutes=1), tick=False):
        put_away(fresh)
        assert bin.purge() == 0
    with time_machine.travel(timezone.now() + days + timedelta(minutes=1), tick=False):
        assert restore(old) == [], "too late, though it is still there"
        assert bin.purge() == 1
    assert [row.pk for row in ConsultationImage.all_rows.all()] == [fresh.pk]
    assert {name for _container, name in blobs()} == {name for _container, name in fresh.blobs()}
    assert events(old) == ["uploaded", "deleted", "erased"]


def test_a_days_setting_of_none(image, settings):
    settings.BIN_DAYS = 0
    put_away(image)
    assert restore(image) == []
    assert bin.purge() == 1


def test_told_in_the_audit_log(image, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        put_away(image)
        restore(image)
        put_away(image)
        bin.erase_images(ConsultationImage.all_rows.filter(pk=image.pk))
    assert events(image) == ["uploaded", "deleted", "restored", "deleted", "erased"]
    erased = Event.objects.get(action="erased")
    assert (erased.patient_id, erased.doctor_id) == (image.patient_id, image.doctor_id)
    assert image.original_filename not in json.dumps(erased.detail)


@pytest.mark.django_db(transaction=True)
def test_a_consultation_takes_its_bin_with_it(image, consultation):
    """Erasing a record must leave nothing of it, least of all what was deleted before."""
    put_away(image)
    consultation.delete()
    assert not ConsultationImage.all_rows.exists()
    assert blobs() == set()


def test_erased_in_the_admin(client, image, consultation, doctor):
    doctor.is_staff = doctor.is_superuser = True
    doctor.save()
    client.force_login(doctor, backend="django.contrib.auth.backends.ModelBackend")
    page = f"/admin/consultations/consultationimage/{image.pk}"
    assert client.post(f"{page}/delete/", {"post": "yes"}).status_code == 302
    assert not ConsultationImage.all_rows.exists()
    consultation.refresh_from_db()
    assert not consultation.images_taken


def test_copies_of_what_is_in_the_bin_follow_its_consultation(image, other_doctor, consultation):
    """Else the former doctor's bin would keep it, and they could bring it back."""
    put_away(image)
    consultation.doctor = other_doctor
    consultation.save()
    assert ConsultationImage.all_rows.in_bin_of(other_doctor).get() == image
