"""What `reconcile` corrects in the gallery."""

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from ..models import Reservation, StorageQuota, UserImage
from . import quotas, trash

ABANDONED = timedelta(hours=1)


def repair(*, dry_run: bool, grace: timedelta = ABANDONED) -> int:
    """Abandoned reservations, images left behind by a worker, and quotas that are not the sum of
    what is stored. Returns how many rows."""
    now = timezone.now()
    abandoned = Reservation.objects.filter(created_at__lt=now - grace)
    stuck = UserImage.objects.due().filter(status=UserImage.Status.PROCESSING)
    if dry_run:
        drifted = sum(_actual_usage(quota.pk) is not None for quota in StorageQuota.objects.all())
        return abandoned.count() + stuck.count() + drifted
    trash.purge()
    count = 0
    for reservation in abandoned:
        quotas.release(reservation)
        count += 1
    count += stuck.update(status=UserImage.Status.QUEUED, lease=None, processing_since=None)
    for quota in StorageQuota.objects.only("pk").iterator(chunk_size=500):
        count += _repair_quota(quota.pk)
    return count


def _repair_quota(user_id: int) -> int:
    with transaction.atomic():
        # Under the lock no other change is half done: each needs the same row.
        StorageQuota.objects.select_for_update().get(pk=user_id)
        usage = _actual_usage(user_id)
        if usage is None:
            return 0
        StorageQuota.objects.filter(pk=user_id).update(storage_used=usage[0], image_count=usage[1])
    return 1


def _actual_usage(user_id: int) -> tuple[int, int] | None:
    """The actual (bytes, images) where the quota differs, else None. In one statement, because an
    upload moves from one table to the other in one transaction."""
    image, reservation, quota = (
        connection.ops.quote_name(model._meta.db_table)
        for model in (UserImage, Reservation, StorageQuota)
    )
    key = StorageQuota._meta.pk.get_db_prep_value(user_id, connection)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT q.storage_used, q.image_count, i.bytes + r.bytes, i.number + r.number
            FROM {quota} q,
              (SELECT COALESCE(SUM(stored_bytes), 0) AS bytes, COUNT(*) AS number
                 FROM {image} WHERE user_id = %s AND deleted_at IS NULL) i,
              (SELECT COALESCE(SUM(size), 0) AS bytes, COUNT(*) AS number
                 FROM {reservation} WHERE user_id = %s) r
            WHERE q.user_id = %s
            """,  # noqa: S608  (our own tables)
            [key] * 3,
        )
        used, count, stored, images = map(int, cursor.fetchone())
    return None if (used, count) == (stored, images) else (stored, images)
