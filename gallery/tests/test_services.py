"""From upload to ready: what is stored, what counts and what is rolled back."""

import hashlib
from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.utils import timezone

from gallery.models import Reservation, Share, StorageQuota, UserImage
from gallery.services import shares
from gallery.services.images import submit_image
from gallery.services.processing import queue
from gallery.services.quotas import QuotaExceeded
from gallery.services.trash import delete_images, restore_images
from imaging.errors import ImageRefused, StorageUnavailable
from testing.cast import blobs, photograph, upload

pytestmark = pytest.mark.django_db
on_both = pytest.mark.usefixtures("backend")  # files, and Azure Blob


def submit(user, **options):
    image, _created = submit_image(user=user, upload=upload(), **options)
    return image


def usage(user):
    quota = StorageQuota.objects.of(user.pk)
    return quota.storage_used, quota.image_count


@on_both
def test_upload_is_queued_then_ready(doctor):
    image = submit(doctor, title=" Nævus ", tag_names=["Suivi", "suivi", "dos"])
    assert (image.status, image.title, image.attempts) == ("queued", "Nævus", 0)
    assert usage(doctor) == (image.stored_bytes, 1)
    assert queue.work()
    assert not queue.work(), "it is not processed twice"
    image.refresh_from_db()
    assert (image.status, image.error, image.lease) == ("ready", "", None)
    assert image.cutout.name == f"{doctor.pk}/{image.pk}_processed.png"
    assert image.processing_time > 0
    sizes = [storages[c].size(n) for c, n in image.blobs() if not n.endswith("_display.jpg")]
    assert image.stored_bytes == sum(sizes)
    assert usage(doctor) == (sum(sizes), 1)
    assert not Reservation.objects.exists()


@on_both
def test_original_is_stored_bit_for_bit(doctor):
    image = submit(doctor)
    with image.original.open() as file:
        assert file.read() == photograph()
    assert image.sha256 == hashlib.sha256(photograph()).hexdigest()
    assert image.original.name == f"{doctor.pk}/{image.pk}_original.jpg"


@on_both
def test_refused_file_stores_nothing_and_takes_no_quota(doctor):
    with pytest.raises(ImageRefused):
        submit_image(user=doctor, upload=upload(data=b"GIF89a"))
    assert not UserImage.objects.exists()
    assert not blobs()
    assert usage(doctor) == (0, 0)


def test_upload_over_the_image_limit_stores_nothing(doctor):
    StorageQuota.objects.of(doctor.pk)
    StorageQuota.objects.update(image_limit=1)
    submit(doctor)
    blobs_before = blobs()
    with pytest.raises(QuotaExceeded):
        submit(doctor)
    assert blobs() == blobs_before


def test_deleted_image_can_be_restored(doctor):
    image = submit(doctor)
    queue.work()
    images = UserImage.objects.visible_to(doctor)
    assert delete_images(images.filter(pk=image.pk)) == [image.pk]
    assert not images.exists()
    assert usage(doctor) == (0, 0)
    assert restore_images(UserImage.objects.deleted_by(doctor)) == 1
    image.refresh_from_db()
    assert image.status == "ready"
    assert usage(doctor) == (image.stored_bytes, 1)
    assert image.created_at <= timezone.now()


def test_upload_over_the_storage_limit_is_refused(doctor):
    image = submit(doctor)
    StorageQuota.objects.update(storage_limit=2 * image.stored_bytes - 1)
    with pytest.raises(QuotaExceeded):
        submit(doctor)
    StorageQuota.objects.update(storage_limit=2 * image.stored_bytes)
    submit(doctor)


@pytest.mark.parametrize("container", ["originals", "processed", "thumbnails"])
def test_upload_during_a_storage_outage_takes_no_quota(doctor, backend, container):
    """Otherwise each upload during an outage loses the room that it reserved."""
    with backend.broken(container), pytest.raises(StorageUnavailable):
        submit(doctor)
    assert usage(doctor) == (0, 0)
    assert not Reservation.objects.exists()
    assert not UserImage.objects.exists()
    assert not blobs()


def test_outage_during_processing_costs_no_attempt(doctor, backend):
    """Otherwise an hour without storage fails a whole gallery."""
    image = submit(doctor)
    with backend.broken("originals"):
        queue.work()
    image.refresh_from_db()
    assert (image.status, image.attempts) == ("queued", 0)


def test_image_is_public_while_it_has_an_open_link(doctor, api):
    """`is_public` in the list follows the state of the link."""
    image = submit(doctor)
    queue.work()
    expires = timezone.now() + timedelta(hours=1)
    share = Share.objects.create(image=image, token_hash="0" * 64, expires_at=expires)

    def public_flags():
        images = api(doctor).get("/api/v1/gallery").json()["images"]
        return [image["is_public"] for image in images]

    assert public_flags() == [True]
    Share.objects.update(view_limit=1, views=1)
    assert public_flags() == [False], "used up"
    Share.objects.update(view_limit=None)
    shares.revoke(Share.objects.filter(pk=share.pk))
    assert public_flags() == [False]
