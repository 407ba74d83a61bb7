"""What time does: put away for good, room given back, wrong sums set right."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import models
from django.utils import timezone

from gallery.models import Reservation, StorageQuota, UserImage
from gallery.services import quotas
from gallery.services.processing import queue
from gallery.services.trash import delete_images, purge, restore_images
from testing.cast import blobs

pytestmark = pytest.mark.django_db
on_both = pytest.mark.usefixtures("backend")  # files, and Azure Blob


def later(**time):
    return time_machine.travel(timezone.now() + timedelta(**time), tick=False)


def put_away(user):
    delete_images(UserImage.objects.visible_to(user))


def reconcile(*options):
    out = StringIO()
    call_command("reconcile", *options, stdout=out)
    return out.getvalue()


@on_both
def test_what_was_deleted_goes_for_good_when_it_cannot_be_undone(
    user_image, doctor, django_capture_on_commit_callbacks
):
    queue.work()
    put_away(doctor)
    assert purge() == 0
    assert blobs(), "until then it can be brought back"
    with later(minutes=11), django_capture_on_commit_callbacks(execute=True):
        assert purge() == 1
    assert not blobs()
    assert not UserImage.objects.exists()


def test_nothing_comes_back_after_its_time(user_image, doctor):
    """Its blobs may be on their way out: a row that points at nothing would come back."""
    put_away(doctor)
    with later(minutes=11):
        assert restore_images(UserImage.objects.deleted_by(doctor)) == 0
    assert StorageQuota.objects.of(doctor.pk).image_count == 0


def test_what_was_brought_back_is_not_purged(user_image, doctor):
    put_away(doctor)
    restore_images(UserImage.objects.deleted_by(doctor))
    with later(minutes=11):
        assert purge() == 0
    assert UserImage.objects.visible_to(doctor).exists()


def test_no_room_to_come_back_to(user_image, doctor):
    put_away(doctor)
    StorageQuota.objects.update(image_limit=0)
    with pytest.raises(quotas.QuotaExceeded):
        restore_images(UserImage.objects.deleted_by(doctor))
    assert not UserImage.objects.visible_to(doctor).exists()


def test_reconcile_sets_sums_right_and_releases_what_nobody_used(user_image, doctor):
    """Room that a killed upload had reserved would else be gone for ever."""
    quotas.reserve(doctor, 1000)
    StorageQuota.objects.update(storage_used=models.F("storage_used") + 5)
    Reservation.objects.update(created_at=timezone.now() - timedelta(hours=2))
    before = StorageQuota.objects.get().storage_used
    assert "WRONG  2 rows" in reconcile("--dry-run")
    assert StorageQuota.objects.get().storage_used == before, "--dry-run only tells"
    assert "repaired  2 rows" in reconcile()
    quota = StorageQuota.objects.get()
    assert (quota.storage_used, quota.image_count) == (user_image.stored_bytes, 1)
    assert "rows\n" not in reconcile().replace("rows, ", ""), "nothing is left to mend"


def test_reconcile_leaves_an_upload_under_way_alone(doctor, user_image):
    quotas.reserve(doctor, 1000)
    reconcile()
    assert Reservation.objects.exists()
    assert StorageQuota.objects.get().storage_used == user_image.stored_bytes + 1000
    reconcile("--older-than", "0")  # the site is stopped: nothing is under way
    assert not Reservation.objects.exists()
    assert StorageQuota.objects.get().storage_used == user_image.stored_bytes


def test_reconcile_queues_again_what_a_worker_left(user_image):
    queue.claim()
    past = timezone.now() - timedelta(minutes=10)
    UserImage.objects.update(due_at=past)
    reconcile()
    user_image.refresh_from_db()
    assert (user_image.status, user_image.lease) == ("queued", None)


@on_both
def test_reconcile_keeps_every_blob_of_a_gallery_image(user_image, doctor):
    """Cut-out and thumbnails are the row's: reconcile may not take them for orphans."""
    queue.work()
    put_away(doctor)
    stored = blobs()
    with later(hours=3):
        report = reconcile("--dry-run")
    assert "0 orphans, 0 missing" in report
    assert blobs() == stored
    assert len(stored) == 5


@on_both
def test_an_altered_original_is_found(user_image):
    user_image.original.storage.replace(user_image.original.name, ContentFile(b"something else"))
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_images", stdout=out)
    assert f"altered  gallery.UserImage {user_image.pk}" in out.getvalue()


@on_both
def test_an_owner_who_goes_takes_the_gallery_along(
    user_image, doctor, django_capture_on_commit_callbacks
):
    queue.work()
    with django_capture_on_commit_callbacks(execute=True):
        doctor.delete()
    assert not blobs()
    assert not StorageQuota.objects.exists()
