"""Two requests that need the same rows take them in one order; else one of them ends, as a 503."""

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
PATIENCE = 2  # seconds until whoever cannot come is no longer waited for


@pytest.fixture
def aside():
    """`aside(function)`: runs it in a thread; returns it, for `join`, with its `errors`."""

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


def submitted(user, seed):
    return submit_image(user=user, upload=upload(seed=seed))[0]


def test_what_is_brought_back_while_the_bin_overflows(doctor, aside, monkeypatch):
    """The bin's oldest image is brought back while a deletion would push it out for good."""
    oldest, other = (submitted(doctor, seed) for seed in (1, 2))
    delete_images(UserImage.objects.filter(pk=oldest.pk))
    largest = UserImage.objects.aggregate(bytes=Max("stored_bytes"))["bytes"]  # with its result
    StorageQuota.objects.update(storage_limit=largest)
    take, holds, deleted = quotas.take, threading.Event(), threading.Event()

    def take_late(*arguments):
        holds.set()  # the image's row
        deleted.wait(PATIENCE)
        take(*arguments)

    monkeypatch.setattr(quotas, "take", take_late)
    restoring = aside(lambda: restore_images(UserImage.objects.filter(pk=oldest.pk)))
    assert holds.wait(10)
    delete_images(UserImage.objects.filter(pk=other.pk))
    deleted.set()
    restoring.join()
    assert not restoring.errors
    assert set(UserImage.objects.filter(deleted_at=None)) == {oldest}


def test_two_who_add_the_same_new_tags(doctor, aside, monkeypatch):
    """Named in opposite order, the second tag of each is the first of the other."""
    images = [submitted(doctor, seed) for seed in (1, 2)]
    names = ["zona", "acné"]
    together, create = threading.Barrier(2, timeout=PATIENCE), Tag.objects.bulk_create

    def create_one_by_one(rows, **options):
        """As the database does, with the other's turn in between."""
        for row in rows:
            create([row], **options)
            with suppress(threading.BrokenBarrierError):  # the other waits for what is held here
                together.wait()

    monkeypatch.setattr(tags.Tag.objects, "bulk_create", create_one_by_one)
    threads = [
        aside(
            lambda image=image, order=order: edit_images(
                UserImage.objects.filter(pk=image.pk), add=order
            )
        )
        for image, order in zip(images, (names, names[::-1]), strict=True)
    ]
    for thread in threads:
        thread.join()
    assert [thread.errors for thread in threads] == [[], []]
    assert {len(found) for found in tags.names_by_image(images).values()} == {2}
