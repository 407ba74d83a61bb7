"""The bin: images that are gone from every page and can be brought back for a while."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from audit.trail import Action, record_all

from ..models import StorageQuota, UserImage
from ..models.images import UserImageQuerySet
from . import quotas
from .batches import batches
from .processing import queue

PURGE_BATCH = 200  # rows of one transaction


def undo_time() -> timedelta:
    return timedelta(seconds=settings.UNDO_SECONDS)


def delete_images(images: UserImageQuerySet) -> list[UUID]:
    """Put some of somebody's images away: gone from every page and link at once, and from storage
    when the time to undo has passed. Returns their keys."""
    with transaction.atomic():
        rows = list(
            images.select_for_update().order_by("pk").values_list("pk", "user_id", "stored_bytes")
        )
        keys = [key for key, _user, _size in rows]
        now = timezone.now()
        for batch in batches(keys):
            UserImage.objects.filter(pk__in=batch).update(deleted_at=now, updated_at=now)
        sizes = _sizes_by_user(rows)
        for user_id, bytes_freed in sizes.items():
            _trim_bin(user_id, sum(bytes_freed))
        for user_id, bytes_freed in sizes.items():
            quotas.give_back(user_id, sum(bytes_freed), len(bytes_freed))
        record_all(Action.DELETED, _audit_subjects(rows))
    return keys


def _trim_bin(user_id: int, deleted: int) -> None:
    """What somebody put away takes no more than their plan gives (or than they put away at once):
    whoever uploads and deletes in turn would fill the disk. The oldest go for good, but for those
    that are being brought back: whoever holds one may wait for what is held here."""
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
    """Bring back images that were deleted a moment ago. Returns how many; QuotaExceeded when
    their room was taken meanwhile."""
    with transaction.atomic():
        restorable = images.filter(deleted_at__gt=timezone.now() - undo_time())
        rows = list(
            restorable.select_for_update().order_by("pk").values_list("pk", "user", "stored_bytes")
        )
        for user_id, sizes in _sizes_by_user(rows).items():
            quotas.take(user_id, sum(sizes), len(sizes))
        for batch in batches([key for key, _user, _size in rows]):
            UserImage.objects.filter(pk__in=batch).update(
                deleted_at=None, updated_at=timezone.now()
            )
        record_all(Action.RESTORED, _audit_subjects(rows))
        if rows:
            queue.wake_on_commit()
    return len(rows)


def _sizes_by_user(rows: Iterable[tuple[UUID, int, int]]) -> dict[int, list[int]]:
    """{owner's key: [bytes]} of [(key, owner's key, bytes)], in the order in which quotas are
    locked."""
    sizes: dict[int, list[int]] = {
        user: [] for user in sorted({user for _key, user, _size in rows})
    }
    for _key, user, size in rows:
        sizes[user].append(size)
    return sizes


def _audit_subjects(rows: Iterable[tuple[UUID, int, int]]) -> list[UserImage]:
    """What the audit log needs of [(key, owner's key, …)]."""
    return [UserImage(pk=key, user_id=user) for key, user, *_more in rows]


def erase_images(images: UserImageQuerySet) -> int:
    """Delete images for good and at once; their blobs follow after commit. Returns how many."""
    with transaction.atomic():
        delete_images(images.filter(deleted_at=None))
        _all, counts = images.delete()
    return counts.get(UserImage._meta.label, 0)


def purge() -> int:
    """Delete for good what nobody can bring back any more; its blobs follow. Returns how many."""
    deadline, purged = timezone.now() - undo_time(), 0
    while True:
        keys = UserImage.objects.filter(deleted_at__lt=deadline).values_list("pk", flat=True)[
            :PURGE_BATCH
        ]
        # Again in the condition: one may have been brought back since.
        rows = UserImage.objects.filter(pk__in=list(keys), deleted_at__lt=deadline)
        with transaction.atomic():
            _all, counts = rows.delete()
        if not (count := counts.get(UserImage._meta.label, 0)):
            return purged
        purged += count
