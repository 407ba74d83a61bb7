"""Quotas are counted to the byte, reserved by uploads, and announced before they are full."""

import pytest
from django.core import mail

from gallery.models import Reservation, StorageQuota, UserImage
from gallery.services import quotas
from gallery.services.images import submit_image
from gallery.services.processing import queue
from gallery.services.trash import delete_images, erase_images
from imaging import storage
from imaging.errors import IdempotencyKeyReused, StorageUnavailable
from testing.cast import blobs, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def send(doctor, django_capture_on_commit_callbacks):
    def submit():
        with django_capture_on_commit_callbacks() as callbacks:
            submit_image(user=doctor, upload=upload())
        for callback in callbacks:
            if "warn_owner" in repr(callback):
                callback()

    return submit


def set_limits(**limits):
    StorageQuota.objects.update(**limits)


def test_owner_is_mailed_once_at_80_and_once_at_95_percent(doctor, send):
    StorageQuota.objects.of(doctor.pk)
    set_limits(image_limit=20)
    for _image in range(16):
        send()
    assert [m.to for m in mail.outbox] == [[doctor.email]]
    assert "80" in mail.outbox[0].subject
    assert "16" in mail.outbox[0].body
    for _image in range(4):
        send()
    assert len(mail.outbox) == 2
    assert "95" in mail.outbox[1].subject
    delete_images(
        UserImage.objects.visible_to(doctor).filter(pk__in=UserImage.objects.values("pk")[:2])
    )
    send()
    assert len(mail.outbox) == 2, "no repeated warning for small changes"


def test_warning_is_repeated_after_usage_had_dropped(doctor, send):
    StorageQuota.objects.of(doctor.pk)
    set_limits(image_limit=2)
    send()
    send()
    assert len(mail.outbox) == 1
    delete_images(UserImage.objects.visible_to(doctor))
    set_limits(image_limit=10)
    send()
    set_limits(image_limit=2)
    send()
    assert len(mail.outbox) == 2


def test_accepted_image_is_processed_even_over_the_quota(doctor, send):
    """The size of the result is unknown at upload; failing it later would waste the work."""
    send()
    image = UserImage.objects.get()
    set_limits(storage_limit=image.stored_bytes)
    queue.work()
    image.refresh_from_db()
    assert image.status == "ready"
    quota = StorageQuota.objects.get()
    assert quota.storage_used == image.stored_bytes > quota.storage_limit
    assert quota.percent > 100


@pytest.mark.parametrize("language", ["fr", ""])
def test_warning_is_in_the_owners_language(doctor, send, language):
    """French, the default language, for users who chose none."""
    doctor.language = language
    doctor.save()
    StorageQuota.objects.of(doctor.pk)
    set_limits(image_limit=1)
    send()
    assert "Votre galerie" in mail.outbox[0].subject


@pytest.fixture
def size_of_one(doctor):
    """The doctor's quota has room for one image; the bytes that `upload()` takes."""
    image, _created = submit_image(user=doctor, upload=upload())
    erase_images(UserImage.objects.filter(pk=image.pk))
    set_limits(image_limit=1)
    return image.stored_bytes


def usage():
    quota = StorageQuota.objects.get()
    return quota.image_count, quota.storage_used


def test_repeat_takes_over_the_reservation_of_a_killed_upload(doctor, size_of_one):
    """Otherwise it is refused until `reconcile` removes the reservation, an hour later."""
    quotas.reserve(doctor, size_of_one, "k")
    _image, created = submit_image(user=doctor, upload=upload(), idempotency_key="k")
    assert created
    assert usage() == (1, size_of_one)
    assert not Reservation.objects.exists()


@pytest.mark.parametrize("key", [None, "", "another"])
def test_reserved_room_is_refused_to_other_uploads(doctor, size_of_one, key):
    """Otherwise two images take the room of one."""
    quotas.reserve(doctor, size_of_one, "k")
    with pytest.raises(quotas.QuotaExceeded):
        submit_image(user=doctor, upload=upload(), idempotency_key=key)
    assert usage() == (1, size_of_one)


def test_larger_file_with_the_same_key_needs_its_own_room(doctor, size_of_one):
    """Otherwise a larger file is stored in the room reserved for a smaller one."""
    quotas.reserve(doctor, size_of_one - 1, "k")
    with pytest.raises(quotas.QuotaExceeded):
        submit_image(user=doctor, upload=upload(), idempotency_key="k")
    assert usage() == (1, size_of_one - 1)


def test_failed_repeat_keeps_the_reservation_of_the_first(doctor, size_of_one, backend):
    """Otherwise the first upload is stored in room that another has taken meanwhile."""
    first = quotas.reserve(doctor, size_of_one, "k")
    with backend.broken("processed"), pytest.raises(StorageUnavailable):
        submit_image(user=doctor, upload=upload(), idempotency_key="k")
    assert Reservation.objects.get() == first
    assert usage() == (1, size_of_one)


def test_upload_overtaken_by_its_repeat_returns_the_same_image(doctor, size_of_one, monkeypatch):
    """The first upload hangs in the storage while its repeat is stored."""
    real_put, repeat, blobs_before = storage.put, [], blobs()

    def put_after_repeat(*arguments):
        if not repeat:
            repeat.append(None)
            repeat[:] = submit_image(user=doctor, upload=upload(), idempotency_key="k")
        return real_put(*arguments)

    monkeypatch.setattr("imaging.storage.containers.put", put_after_repeat)
    image, created = submit_image(user=doctor, upload=upload(), idempotency_key="k")
    assert (created, repeat) == (False, [image, True])
    assert usage() == (1, size_of_one)
    assert not Reservation.objects.exists()
    assert len(blobs() - blobs_before) == 3


def test_deleted_images_take_at_most_the_storage_limit(
    doctor, patient, backend, django_capture_on_commit_callbacks
):
    """Otherwise uploading and deleting in turn fills the disk within every limit."""
    first, patients_image = submit_seed(doctor), submit_seed(patient)
    delete_images(UserImage.objects.filter(pk=patients_image.pk))
    StorageQuota.objects.filter(user=doctor).update(storage_limit=2.5 * first.stored_bytes)
    images = [first, submit_seed(doctor, 2)]
    for seed in (3, 4, 5, None):
        with django_capture_on_commit_callbacks(execute=True):
            delete_images(UserImage.objects.filter(pk=images[-1].pk))
        if seed:
            images.append(submit_seed(doctor, seed))
    deleted = UserImage.objects.filter(user=doctor, deleted_at__isnull=False)
    deleted_bytes = sum(image.stored_bytes for image in deleted)
    assert {image.pk for image in deleted} == {image.pk for image in images[-2:]}, (
        "the oldest are erased"
    )
    assert deleted_bytes <= StorageQuota.objects.get(user=doctor).storage_limit
    assert blobs() == {b for image in UserImage.objects.all() for b in image.blobs()}
    assert UserImage.objects.filter(pk=patients_image.pk).exists(), "other users' images are kept"


def test_one_bulk_deletion_can_be_restored_whatever_its_size(doctor):
    """After the limit was lowered below the usage, one wrong click must not erase everything."""
    images = [submit_seed(doctor, seed) for seed in (1, 2)]
    set_limits(storage_limit=images[0].stored_bytes)
    assert len(delete_images(UserImage.objects.filter(user=doctor))) == 2
    assert UserImage.objects.deleted_by(doctor).count() == 2


def submit_seed(user, seed=1):
    return submit_image(user=user, upload=upload(seed=seed))[0]


def test_repeat_arriving_just_after_the_first_is_stored_takes_no_room(
    doctor, size_of_one, monkeypatch
):
    """The repeat finds no stored image; then the first is stored; then the repeat reserves room.
    That room would be missing for another upload."""
    set_limits(image_limit=2)
    real_reserve = quotas.reserve

    def submit(key):
        return submit_image(user=doctor, upload=upload(), idempotency_key=key)

    def reserve_after_first(*arguments):
        monkeypatch.setattr(quotas, "reserve", real_reserve)
        first.extend(submit("k"))
        try:
            return real_reserve(*arguments)
        finally:
            other.extend(submit("another"))

    first, other = [], []
    monkeypatch.setattr(quotas, "reserve", reserve_after_first)
    image, created = submit("k")
    assert (image, created) == (first[0], False)
    assert (first[1], other[1]) == (True, True)
    assert usage() == (2, 2 * size_of_one)
    assert not Reservation.objects.exists()


def test_key_reused_for_another_file_is_detected_when_reserving(doctor, size_of_one, monkeypatch):
    """Otherwise a different picture is answered with the stored one."""
    real_reserve = quotas.reserve

    def reserve_after_first(*arguments):
        monkeypatch.setattr(quotas, "reserve", real_reserve)
        submit_image(user=doctor, upload=upload(), idempotency_key="k")
        return real_reserve(*arguments)

    monkeypatch.setattr(quotas, "reserve", reserve_after_first)
    with pytest.raises(IdempotencyKeyReused):
        submit_image(user=doctor, upload=upload(seed=2), idempotency_key="k")
    assert usage() == (1, size_of_one)


@pytest.mark.parametrize(
    "limits",
    [
        {"image_count": 94},
        {"image_count": 95},
        {"storage_used": 2**30 * 95 // 100},
        {"storage_used": 2**30 * 95 // 100 + 1},
        {"image_limit": 0},
        {"image_limit": 2**31 - 1, "image_count": 2**31 - 2},
    ],
)
def test_database_finds_the_level_that_a_quota_reports(doctor, limits):
    """Otherwise the admin's list of almost full galleries leaves one out."""
    StorageQuota.objects.of(doctor.pk)
    set_limits(**limits)
    found = StorageQuota.objects.at_level(95).exists()
    assert found is (StorageQuota.objects.get().level == 95)
