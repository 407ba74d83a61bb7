"""Upload to ready: what is stored, what counts, what is undone."""

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
    made, _created = submit_image(user=user, upload=upload(), **options)
    return made


def used(user):
    quota = StorageQuota.objects.of(user.pk)
    return quota.storage_used, quota.image_count


@on_both
def test_an_upload_is_queued_and_then_ready(doctor):
    image = submit(doctor, title=" Nævus ", tag_names=["Suivi", "suivi", "dos"])
    assert (image.status, image.title, image.attempts) == ("queued", "Nævus", 0)
    assert used(doctor) == (image.stored_bytes, 1)
    assert queue.work()
    assert not queue.work(), "it is not taken twice"
    image.refresh_from_db()
    assert (image.status, image.error, image.lease) == ("ready", "", None)
    assert image.cutout.name == f"{doctor.pk}/{image.pk}_processed.png"
    assert image.processing_time > 0
    sizes = [storages[c].size(n) for c, n in image.blobs() if not n.endswith("_display.jpg")]
    assert image.stored_bytes == sum(sizes)
    assert used(doctor) == (sum(sizes), 1)
    assert not Reservation.objects.exists()


@on_both
def test_the_original_is_kept_bit_for_bit(doctor):
    image = submit(doctor)
    with image.original.open() as file:
        assert file.read() == photograph()
    assert image.sha256 == hashlib.sha256(photograph()).hexdigest()
    assert image.original.name == f"{doctor.pk}/{image.pk}_original.jpg"


@on_both
def test_a_refused_file_leaves_nothing(doctor):
    with pytest.raises(ImageRefused):
        submit_image(user=doctor, upload=upload(data=b"GIF89a"))
    assert not UserImage.objects.exists()
    assert not blobs()
    assert used(doctor) == (0, 0)


def test_no_room_is_refused_before_anything_is_stored(doctor):
    StorageQuota.objects.of(doctor.pk)
    StorageQuota.objects.update(image_limit=1)
    submit(doctor)
    before = blobs()
    with pytest.raises(QuotaExceeded):
        submit(doctor)
    assert blobs() == before


def test_deleted_and_brought_back(doctor):
    image = submit(doctor)
    queue.work()
    mine = UserImage.objects.visible_to(doctor)
    assert delete_images(mine.filter(pk=image.pk)) == [image.pk]
    assert not mine.exists()
    assert used(doctor) == (0, 0)
    assert restore_images(UserImage.objects.deleted_by(doctor)) == 1
    image.refresh_from_db()
    assert image.status == "ready"
    assert used(doctor) == (image.stored_bytes, 1)
    assert image.created_at <= timezone.now()


def test_no_room_for_its_bytes_is_no_room(doctor):
    image = submit(doctor)
    StorageQuota.objects.update(storage_limit=2 * image.stored_bytes - 1)
    with pytest.raises(QuotaExceeded):
        submit(doctor)
    StorageQuota.objects.update(storage_limit=2 * image.stored_bytes)
    submit(doctor)


@pytest.mark.parametrize("full", ["originals", "processed", "thumbnails"])
def test_a_storage_that_fails_takes_no_room(doctor, backend, full):
    """Room that an outage had reserved would else be gone, upload by upload."""
    with backend.broken(full), pytest.raises(StorageUnavailable):
        submit(doctor)
    assert used(doctor) == (0, 0)
    assert not Reservation.objects.exists()
    assert not UserImage.objects.exists()
    assert not blobs()


def test_an_outage_makes_an_image_wait_and_costs_it_no_try(doctor, backend):
    """Or an hour without storage would fail a whole gallery."""
    image = submit(doctor)
    with backend.broken("originals"):
        queue.work()
    image.refresh_from_db()
    assert (image.status, image.attempts) == ("queued", 0)


def test_a_link_that_lives_makes_an_image_public(doctor, api):
    """The list says so, and no longer than it is so."""
    image = submit(doctor)
    queue.work()
    expires = timezone.now() + timedelta(hours=1)
    share = Share.objects.create(image=image, token_hash="0" * 64, expires_at=expires)

    def public():
        told = api(doctor).get("/api/v1/gallery").json()["images"]
        return [one["is_public"] for one in told]

    assert public() == [True]
    Share.objects.update(view_limit=1, views=1)
    assert public() == [False], "spent"
    Share.objects.update(view_limit=None)
    shares.revoke(Share.objects.filter(pk=share.pk))
    assert public() == [False]
