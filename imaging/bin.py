"""The bin: pictures that were deleted, are seen nowhere else, and can be restored for a while.

A row in the bin has `deleted_at`; its blobs stay. What an app keeps true besides (a quota, a
consultation's primary image) is its own service's, under its own locks.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from core.batches import batches

from .models import IN_BIN, StoredImage

PURGE_BATCH = 200  # rows of one transaction
_Rows = TypeVar("_Rows", bound=QuerySet[Any])


def put_away(model: type[StoredImage], keys: Sequence[Any], **columns: Any) -> None:
    """Mark locked rows as deleted now; `columns` are set besides."""
    now = timezone.now()
    for batch in batches(keys):
        rows = model._base_manager.filter(pk__in=batch)
        rows.update(deleted_at=now, updated_at=now, **columns)


def take_back(model: type[StoredImage], keys: Sequence[Any]) -> None:
    """Mark locked rows as no longer deleted."""
    for batch in batches(keys):
        rows = model._base_manager.filter(pk__in=batch)
        rows.update(deleted_at=None, updated_at=timezone.now())


def restorable(rows: _Rows, keep: timedelta) -> _Rows:
    """Those in the bin for less than `keep`."""
    return rows.filter(deleted_at__gt=timezone.now() - keep)


def purge(model: type[StoredImage], keep: timedelta) -> int:
    """Delete for good what has been in the bin for longer than `keep`; the blobs follow after each
    commit. A row that somebody holds is left for the next sweep. Returns how many."""
    due = model._base_manager.filter(IN_BIN, deleted_at__lt=timezone.now() - keep)
    purged = 0
    while True:
        with transaction.atomic():
            # Locked first: Django deletes by key, so a row restored since would be deleted.
            rows = due.order_by("deleted_at").select_for_update(skip_locked=True, of=("self",))
            keys = list(rows.values_list("pk", flat=True)[:PURGE_BATCH])
            if not keys:
                return purged
            model._base_manager.filter(pk__in=keys).delete()
        purged += len(keys)
