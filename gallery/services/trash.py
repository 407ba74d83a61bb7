"""A gallery's bin (imaging/bin.py), with its quota."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from audit.trail import Action, record_all
from core.batches import batches
from imaging import bin

from ..models import StorageQuota, UserImage
from ..models.images import UserImageQuerySet
from . import quotas
from .processing import queue


def undo_time() -> timedelta:
    """How long a deleted image can be restored."""
    return timedelta(seconds=settings.UNDO_SECONDS)


def delete_images(images: UserImageQuerySet) -> list[UUID]:
    """Move images to the bin: they leave every page and link at once, and the storage when they can
    no longer be restored. Returns their keys."""
    with transaction.atomic():
        rows = list(
            images.select_for_update().order_by("pk").values_list("pk", "user_id", "stored_bytes")
        )
        keys = [key for key, _user, _size in rows]
        bin.put_away(UserImage, keys)
        sizes = _sizes_by_user(rows)
        for user_id, bytes_freed in sizes.items():
            _trim_bin(user_id, sum(bytes_freed))
        for user_id, bytes_freed in sizes.items():
            quotas.give_back(user_id, sum(bytes_freed), len(bytes_freed))
        record_all(Action.DELETED, _audit_subjects(rows))
    return keys


def _trim_bin(user_id: int, deleted: int) -> None:
    """Limit a user's bin to the size of their plan or of this deletion (`deleted` bytes): uploading
    and deleting in turn would fill the disk. The oldest images are deleted for good, except those
    locked by a restore, which may in turn be waiting for rows locked here."""
    deleted_images = UserImage.objects.filter(user_id=user_id, deleted_at__isnull=False)
    room = max(deleted, StorageQuota.objects.of(user_id).storage_limit)
    if (deleted_images.aggregate(bytes=Sum("stored_bytes"))["bytes"] or 0) <= room:
        return
    keys = []
    for key, size in deleted_images.order_by("-deleted_at", "pk").values_list("pk", "stored_bytes"):
        room -= size
        if room < 0:
            keys.append(key)
    for batch in batches(keys):
        unlocked = deleted_images.filter(pk__in=batch).select_for_update(
            skip_locked=True, of=("self",)
        )
        deleted_images.filter(pk__in=list(unlocked.values_list("pk", flat=True))).delete()


def restore_images(images: UserImageQuerySet) -> int:
    """Restore images from the bin. Returns how many. Raises QuotaExceeded if their room has been
    used meanwhile."""
    with transaction.atomic():
        restorable = bin.restorable(images, undo_time())
        rows = list(
            restorable.select_for_update().order_by("pk").values_list("pk", "user", "stored_bytes")
        )
        for user_id, sizes in _sizes_by_user(rows).items():
            quotas.take(user_id, sum(sizes), len(sizes))
        bin.take_back(UserImage, [key for key, _user, _size in rows])
        record_all(Action.RESTORED, _audit_subjects(rows))
        if rows:
            queue.wake_on_commit()
    return len(rows)


def _sizes_by_user(rows: Iterable[tuple[UUID, int, int]]) -> dict[int, list[int]]:
    """{owner's key: [bytes]} from [(key, owner's key, bytes)], in the order in which quotas are
    locked."""
    sizes: dict[int, list[int]] = {
        user: [] for user in sorted({user for _key, user, _size in rows})
    }
    for _key, user, size in rows:
        sizes[user].append(size)
    return sizes


def _audit_subjects(rows: Iterable[tuple[UUID, int, int]]) -> list[UserImage]:
    """Unsaved images with what the audit log needs, from [(key, owner's key, …)]."""
    return [UserImage(pk=key, user_id=user) for key, user, *_more in rows]


def erase_images(images: UserImageQuerySet) -> int:
    """Delete images for good, not into the bin; the blobs follow after commit. Returns how many."""
    with transaction.atomic():
        delete_images(images.filter(deleted_at=None))
        _all, counts = images.delete()
    return counts.get(UserImage._meta.label, 0)


def purge() -> int:
    """Delete for good images that can no longer be restored. Returns how many."""
    return bin.purge(UserImage, undo_time())
