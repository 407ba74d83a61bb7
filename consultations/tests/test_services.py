"""Database and blobs together: nothing is lost and nothing is left behind."""

import hashlib
import threading

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from consultations import services
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
    assert all("Été" not in name for _, name in blobs()), "file names are never used in paths"


def test_first_image_sets_images_taken(consultation, doctor):
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
def test_storage_outage_during_upload_leaves_no_row_and_no_blob(
    consultation, doctor, backend, container
):
    with backend.broken(container), pytest.raises(StorageUnavailable):
        add(consultation, doctor)
    assert blobs() == set()
    assert not ConsultationImage.objects.exists()


@on_both
def test_integrity_error_leaves_no_blob(consultation, doctor, monkeypatch):
    def raise_integrity_error(**kwargs):
        raise IntegrityError("no")

    monkeypatch.setattr(ConsultationImage.objects, "create", raise_integrity_error)
    with pytest.raises(IntegrityError):
        add(consultation, doctor)
    assert blobs() == set()


@on_both
def test_connection_lost_at_commit_keeps_the_blobs(consultation, doctor, monkeypatch):
    """The row may have been committed; deleting its blobs would lose the original."""

    def raise_operational_error(**kwargs):
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(ConsultationImage.objects, "create", raise_operational_error)
    with pytest.raises(OperationalError):
        add(consultation, doctor)
    assert len(blobs()) == 3


def test_exception_while_decoding_stores_nothing(consultation, doctor, monkeypatch):
    monkeypatch.setattr(Decoders, "decode", lambda pool, file: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        add(consultation, doctor)
    assert blobs() == set()


@on_both
def test_blobs_are_deleted_after_commit(image, django_capture_on_commit_callbacks):
    blobs_before = blobs()
    with django_capture_on_commit_callbacks() as callbacks:
        services.delete_image(image)
        assert blobs() == blobs_before, "a rollback would leave a row without blobs"
    assert not ConsultationImage.objects.exists()
    for callback in callbacks:
        callback()
    assert blobs() == set()


@on_both
@pytest.mark.django_db(transaction=True)
def test_rolled_back_deletion_keeps_row_and_blobs(image):
    blobs_before = blobs()

    def fail():
        with transaction.atomic():
            services.delete_image(image)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert ConsultationImage.objects.count() == 1
    assert blobs() == blobs_before


@on_both
@pytest.mark.django_db(transaction=True)
def test_cascading_deletion_deletes_the_blobs(image, consultation):
    consultation.delete()
    assert blobs() == set()


def test_new_primary_image_replaces_the_old_one(consultation, doctor):
    first = add(consultation, doctor, is_primary=True)
    second = add(consultation, doctor, is_primary=True)
    assert list(consultation.images.filter(is_primary=True)) == [second]
    services.update_image(first, is_primary=True)
    assert list(consultation.images.filter(is_primary=True)) == [first]


def test_refused_upload_keeps_the_primary_image(consultation, doctor):
    first = add(consultation, doctor, is_primary=True)
    with pytest.raises(ImageRefused):
        add(consultation, doctor, upload=upload(data=b"x" * 100), is_primary=True)
    assert list(consultation.images.filter(is_primary=True)) == [first]


def test_constraint_allows_one_primary_image(consultation, doctor):
    add(consultation, doctor, is_primary=True)
    other = add(consultation, doctor)
    with pytest.raises(IntegrityError), transaction.atomic():
        ConsultationImage.objects.filter(pk=other.pk).update(is_primary=True)


def test_constraint_requires_dermoscopy_for_its_mode(image):
    with pytest.raises(IntegrityError), transaction.atomic():
        ConsultationImage.objects.update(dermoscopic_type="contact_polarized")


def test_changing_the_type_clears_the_dermoscopy_mode(consultation, doctor):
    image = add(consultation, doctor, image_type="dermoscopy", dermoscopic_type="contact_polarized")
    services.update_image(image, image_type="macro")
    image.refresh_from_db()
    assert (image.image_type, image.dermoscopic_type) == ("macro", "")


@on_both
def test_same_idempotency_key_returns_the_same_image(consultation, doctor, other_doctor):
    key = {"consultation": consultation, "user": doctor, "idempotency_key": "k1"}
    first, created = services.add_image(upload=upload(), **key)
    repeat, created_again = services.add_image(upload=upload(), **key)
    assert (created, created_again) == (True, False)
    assert repeat == first
    assert len(blobs()) == 3
    with pytest.raises(services.IdempotencyKeyReused):
        services.add_image(upload=upload(seed=2), **key)
    _other, created = services.add_image(upload=upload(), **(key | {"user": other_doctor}))
    assert created, "keys are per user"


@on_both
@pytest.mark.django_db(transaction=True)
def test_concurrent_uploads_with_one_key_store_one_image(consultation, doctor):
    """A client that loses its connection retries while the first request is still running."""
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
    assert len(blobs()) == 3, "the blobs of the refused upload are deleted"


@pytest.mark.django_db(transaction=True)
def test_concurrent_primary_uploads_leave_one_primary(consultation, doctor):
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
