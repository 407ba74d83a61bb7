"""Requests lock the same rows in the same order; otherwise a deadlock ends one of them as a 503."""

import threading
from contextlib import suppress

import pytest
from django.db import connection
from django.db.models import Max

from gallery.models import StorageQuota, Tag, UserImage
from gallery.services import quotas, tags
from gallery.services.images import edit_images, submit_image
from gallery.services.trash import delete_images, restore_images
from testing.cast import upload

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not connection.features.has_select_for_update, reason="SQLite locks the whole database"
    ),
]
PATIENCE = 2  # seconds to wait for the other thread


@pytest.fixture
def run_in_thread():
    """`run_in_thread(function)`: the started thread, with an attribute `errors`."""

    def start(function):
        def run():
            try:
                function()
            except Exception as error:
                thread.errors.append(error)
            finally:
                connection.close()

        thread = threading.Thread(target=run)
        thread.errors = []
        thread.start()
        return thread

    return start


def submit(user, seed):
    return submit_image(user=user, upload=upload(seed=seed))[0]


def test_restore_and_deletion_lock_rows_in_one_order(doctor, run_in_thread, monkeypatch):
    """The oldest deleted image is restored while a deletion would erase it to make room."""
    oldest, other = (submit(doctor, seed) for seed in (1, 2))
    delete_images(UserImage.objects.filter(pk=oldest.pk))
    largest_image = UserImage.objects.aggregate(bytes=Max("stored_bytes"))[
        "bytes"
    ]  # once processed
    StorageQuota.objects.update(storage_limit=largest_image)
    real_take, row_locked, deleted = quotas.take, threading.Event(), threading.Event()

    def take_after_deletion(*arguments):
        row_locked.set()  # by restore_images
        deleted.wait(PATIENCE)
        real_take(*arguments)

    monkeypatch.setattr(quotas, "take", take_after_deletion)
    restoring = run_in_thread(lambda: restore_images(UserImage.objects.filter(pk=oldest.pk)))
    assert row_locked.wait(10)
    delete_images(UserImage.objects.filter(pk=other.pk))
    deleted.set()
    restoring.join()
    assert not restoring.errors
    assert set(UserImage.objects.filter(deleted_at=None)) == {oldest}


def test_concurrent_new_tags_are_created_in_one_order(doctor, run_in_thread, monkeypatch):
    """Given in opposite order, each request would wait for the other's first tag."""
    images = [submit(doctor, seed) for seed in (1, 2)]
    names = ["zona", "acné"]
    barrier, real_bulk_create = threading.Barrier(2, timeout=PATIENCE), Tag.objects.bulk_create

    def create_one_by_one(rows, **options):
        """One row at a time, with the other thread running in between."""
        for row in rows:
            real_bulk_create([row], **options)
            with suppress(
                threading.BrokenBarrierError
            ):  # the other thread waits for this one's lock
                barrier.wait()

    monkeypatch.setattr(tags.Tag.objects, "bulk_create", create_one_by_one)
    threads = [
        run_in_thread(
            lambda image=image, order=order: edit_images(
                UserImage.objects.filter(pk=image.pk), add=order
            )
        )
        for image, order in zip(images, (names, names[::-1]), strict=True)
    ]
    for thread in threads:
        thread.join()
    assert [thread.errors for thread in threads] == [[], []]
    assert {len(tag_names) for tag_names in tags.names_by_image(images).values()} == {2}
