"""Database and blobs together: what would be lost or left behind if the code were wrong."""

import hashlib
import threading

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from consultations import bin, services
from consultations.models import Consultation, ConsultationImage
from imaging import storage
from imaging.decoding.decoder import Decoders
from imaging.errors import ImageRefused, StorageUnavailable
from testing.cast import blobs, photograph, upload

on_both = pytest.mark.usefixtures("backend")  # files, and Azure Blob


def add(consultation, doctor, **fields):
    fields.setdefault("upload", upload())
    return services.add_image(consultation=consultation, user=doctor, **fields)[0]


@on_both
def test_original_is_stored_bit_for_bit(consultation, doctor):
    image = add(consultation, doctor, upload=upload("Été \u202e(1).JPG"))
    stored = b"".join(storage.chunks("originals", image.original.name))
    assert stored == photograph()
    assert image.sha256 == hashlib.sha256(stored).hexdigest()
    assert image.original_filename == "Été (1).JPG"
    assert (image.width, image.height, image.file_size) == (320, 240, len(stored))
    assert image.uploaded_by == doctor
    assert len(blobs()) == 3
    assert all("Été" not in name for _, name in blobs()), "file names are never paths"


def test_first_image_is_told_to_the_consultation(consultation, doctor):
    assert not consultation.images_taken
    add(consultation, doctor)
    consultation.refresh_from_db()
    assert consultation.images_taken


@on_both
@pytest.mark.parametrize("data", [b"", b"<html>", photograph()[:900]])
def test_nothing_is_stored_for_a_refused_file(consultation, doctor, data):
    with pytest.raises(ImageRefused):
        add(consultation, doctor, upload=upload(data=data))
    assert blobs() == set()
    assert not ConsultationImage.objects.exists()
    consultation.refresh_from_db()
    assert not consultation.images_taken


@pytest.mark.parametrize("container", ["originals", "processed", "thumbnails"])
def test_outage_half_way_leaves_no_row_and_no_blob(consultation, doctor, backend, container):
    with backend.broken(container), pytest.raises(StorageUnavailable):
        add(consultation, doctor)
    assert blobs() == set()
    assert not ConsultationImage.objects.exists()


@on_both
def test_database_that_refuses_leaves_no_blob(consultation, doctor, monkeypatch):
    def refuse(**kwargs):
        raise IntegrityError("no")

    monkeypatch.setattr(ConsultationImage.objects, "create", refuse)
    with pytest.raises(IntegrityError):
        add(consultation, doctor)
    assert blobs() == set()


@on_both
def test_connection_lost_at_commit_keeps_the_blobs(consultation, doctor, monkeypatch):
    """The row may have been committed: without its blobs, the original would be lost."""

    def lost(**kwargs):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(ConsultationImage.objects, "create", lost)
    with pytest.raises(OperationalError):
        add(consultation, doctor)
    assert len(blobs()) == 3


def test_crash_while_decoding_stores_nothing(consultation, doctor, monkeypatch):
    monkeypatch.setattr(Decoders, "decode", lambda pool, file: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        add(consultation, doctor)
    assert blobs() == set()


@on_both
def test_blobs_go_after_commit_and_not_before(image, django_capture_on_commit_callbacks):
    before = blobs()
    with django_capture_on_commit_callbacks() as callbacks:
        bin.erase_images(ConsultationImage.objects.filter(pk=image.pk))
        assert blobs() == before, "a rollback would leave a row that points at nothing"
    assert not ConsultationImage.objects.exists()
    for callback in callbacks:
        callback()
    assert blobs() == set()


@on_both
@pytest.mark.django_db(transaction=True)
def test_rollback_keeps_row_and_blobs(image):
    before = blobs()

    def fail():
        with transaction.atomic():
            bin.erase_images(ConsultationImage.objects.filter(pk=image.pk))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert ConsultationImage.objects.count() == 1
    assert blobs() == before


@on_both
@pytest.mark.django_db(transaction=True)
def test_cascade_takes_the_blobs_too(image, consultation):
    consultation.delete()
    assert blobs() == set()


def test_making_one_primary_unmakes_the_other(consultation, doctor):
    first = add(consultation, doctor, is_primary=True)
    second = add(consultation, doctor, is_primary=True)
    assert list(consultation.images.filter(is_primary=True)) == [second]
    services.update_image(first, is_primary=True)
    assert list(consultation.images.filter(is_primary=True)) == [first]


def test_refused_upload_leaves_the_primary_alone(consultation, doctor):
    first = add(consultation, doctor, is_primary=True)
    with pytest.raises(ImageRefused):
        add(consultation, doctor, upload=upload(data=b"x" * 100), is_primary=True)
    assert list(consultation.images.filter(is_primary=True)) == [first]


def test_database_itself_holds_one_primary(consultation, doctor):
    add(consultation, doctor, is_primary=True)
    other = add(consultation, doctor)
    with pytest.raises(IntegrityError), transaction.atomic():
        ConsultationImage.objects.filter(pk=other.pk).update(is_primary=True)


def test_database_itself_holds_dermoscopic_type(image):
    with pytest.raises(IntegrityError), transaction.atomic():
        ConsultationImage.objects.update(dermoscopic_type="contact_polarized")


def test_dermoscopy_mode_goes_with_the_type(consultation, doctor):
    image = add(consultation, doctor, image_type="dermoscopy", dermoscopic_type="contact_polarized")
    services.update_image(image, image_type="macro")
    image.refresh_from_db()
    assert (image.image_type, image.dermoscopic_type) == ("macro", "")


@on_both
def test_same_key_is_the_same_image(consultation, doctor, other_doctor):
    key = {"consultation": consultation, "user": doctor, "idempotency_key": "k1"}
    first, created = services.add_image(upload=upload(), **key)
    again, created_again = services.add_image(upload=upload(), **key)
    assert (created, created_again) == (True, False)
    assert again == first
    assert len(blobs()) == 3
    with pytest.raises(services.IdempotencyKeyReused):
        services.add_image(upload=upload(seed=2), **key)
    _other, created = services.add_image(upload=upload(), **(key | {"user": other_doctor}))
    assert created, "a key is its user's own"


@on_both
@pytest.mark.django_db(transaction=True)
def test_same_key_at_once_stores_one(consultation, doctor):
    """A phone that loses the answer sends again while the first is still running."""
    results, barrier = [], threading.Barrier(2)

    def send():
        try:
            barrier.wait()
            results.append(
                services.add_image(
                    consultation=consultation, user=doctor, upload=upload(), idempotency_key="k"
                )
            )
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(created for _, created in results) == [False, True]
    assert ConsultationImage.objects.count() == 1
    assert len(blobs()) == 3, "the loser's blobs are gone"


@pytest.mark.django_db(transaction=True)
def test_two_primaries_at_once_leave_one(consultation, doctor):
    errors, barrier = [], threading.Barrier(2)

    def send(seed):
        try:
            barrier.wait()
            add(consultation, doctor, upload=upload(seed=seed), is_primary=True)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=[seed]) for seed in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert Consultation.objects.get().images.filter(is_primary=True).count() == 1
    assert len(blobs()) == 6
