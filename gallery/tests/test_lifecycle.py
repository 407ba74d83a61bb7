"""Deletion, undo and purge of images, and what `reconcile` repairs."""

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


def travel_ahead(**delta):
    return time_machine.travel(timezone.now() + timedelta(**delta), tick=False)


def delete_all(user):
    delete_images(UserImage.objects.visible_to(user))


def reconcile(*options):
    out = StringIO()
    call_command("reconcile", *options, stdout=out)
    return out.getvalue()


@on_both
def test_purge_erases_images_after_the_undo_period(
    user_image, doctor, django_capture_on_commit_callbacks
):
    queue.work()
    delete_all(doctor)
    assert purge() == 0
    assert blobs(), "until then it can be restored"
    with travel_ahead(minutes=11), django_capture_on_commit_callbacks(execute=True):
        assert purge() == 1
    assert not blobs()
    assert not UserImage.objects.exists()


def test_restore_after_the_undo_period_restores_nothing(user_image, doctor):
    """Its blobs may already be being deleted: a row without blobs would be restored."""
    delete_all(doctor)
    with travel_ahead(minutes=11):
        assert restore_images(UserImage.objects.deleted_by(doctor)) == 0
    assert StorageQuota.objects.of(doctor.pk).image_count == 0


def test_restored_image_is_not_purged(user_image, doctor):
    delete_all(doctor)
    restore_images(UserImage.objects.deleted_by(doctor))
    with travel_ahead(minutes=11):
        assert purge() == 0
    assert UserImage.objects.visible_to(doctor).exists()


def test_restore_over_the_quota_is_refused(user_image, doctor):
    delete_all(doctor)
    StorageQuota.objects.update(image_limit=0)
    with pytest.raises(quotas.QuotaExceeded):
        restore_images(UserImage.objects.deleted_by(doctor))
    assert not UserImage.objects.visible_to(doctor).exists()


def test_reconcile_repairs_quota_and_removes_stale_reservations(user_image, doctor):
    """Otherwise room reserved by a killed upload would be lost for ever."""
    quotas.reserve(doctor, 1000)
    StorageQuota.objects.update(storage_used=models.F("storage_used") + 5)
    Reservation.objects.update(created_at=timezone.now() - timedelta(hours=2))
    used_before = StorageQuota.objects.get().storage_used
    assert "WRONG  2 rows" in reconcile("--dry-run")
    assert StorageQuota.objects.get().storage_used == used_before, "--dry-run only reports"
    assert "repaired  2 rows" in reconcile()
    quota = StorageQuota.objects.get()
    assert (quota.storage_used, quota.image_count) == (user_image.stored_bytes, 1)
    assert "rows\n" not in reconcile().replace("rows, ", ""), "nothing is left to repair"


def test_reconcile_keeps_fresh_reservations(doctor, user_image):
    quotas.reserve(doctor, 1000)
    reconcile()
    assert Reservation.objects.exists()
    assert StorageQuota.objects.get().storage_used == user_image.stored_bytes + 1000
    reconcile("--older-than", "0")  # for a stopped site, where no upload is running
    assert not Reservation.objects.exists()
    assert StorageQuota.objects.get().storage_used == user_image.stored_bytes


def test_reconcile_requeues_abandoned_images(user_image):
    queue.claim()
    past = timezone.now() - timedelta(minutes=10)
    UserImage.objects.update(due_at=past)
    reconcile()
    user_image.refresh_from_db()
    assert (user_image.status, user_image.lease) == ("queued", None)


@on_both
def test_reconcile_keeps_the_blobs_of_deleted_images(user_image, doctor):
    """Cut-outs and thumbnails belong to the row: they are not orphans."""
    queue.work()
    delete_all(doctor)
    stored = blobs()
    with travel_ahead(hours=3):
        report = reconcile("--dry-run")
    assert "0 orphans, 0 missing" in report
    assert blobs() == stored
    assert len(stored) == 5


@on_both
def test_verify_images_reports_an_altered_original(user_image):
    user_image.original.storage.replace(user_image.original.name, ContentFile(b"something else"))
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_images", stdout=out)
    assert f"altered  gallery.UserImage {user_image.pk}" in out.getvalue()


@on_both
def test_deleting_a_user_deletes_their_gallery(
    user_image, doctor, django_capture_on_commit_callbacks
):
    queue.work()
    with django_capture_on_commit_callbacks(execute=True):
        doctor.delete()
    assert not blobs()
    assert not StorageQuota.objects.exists()
