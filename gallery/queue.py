"""The queue: rows are the truth, tasks only the bell.

A worker takes an image by writing a lease into its row. It finishes only what it still holds; when
it does not live to finish, the lease ends and another takes the image. `due_at` says when it may
be taken: at once, after a pause, or when the lease ends.
"""

import logging
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone

from core import metrics
from core.context import request_id, under
from imaging import background, storage
from imaging.errors import Unavailable

from . import quotas
from .models import StorageQuota, UserImage

logger = logging.getLogger(__name__)

HELD = ["status", "attempts", "lease", "due_at", "processing_since", "updated_at"]
RESULT = ["error", "engine", "quality", "processing_time", "stored_bytes"]


class Gone(Exception):
    """The original's bytes are not in storage."""


def work() -> bool:
    """Take one image that is due and process it. False when there was none."""
    image = claim()
    if image is None:
        return False
    with under(image.request_id):
        process(image)
    return True


def claim() -> UserImage | None:
    """An image that is due, leased to the caller: the oldest of whoever was served least lately,
    so that two hundred of one person do not keep the next one waiting."""
    with transaction.atomic():
        due = UserImage.objects.due().select_for_update(skip_locked=True, of=("self",))
        order = (F("user__storage_quota__served_at").asc(nulls_first=True), "due_at", "pk")
        image = due.order_by(*order).first()
        if image is None:
            return None
        now = timezone.now()
        image.status = UserImage.Status.PROCESSING
        image.lease = storage.new_id()
        image.due_at = now + timedelta(seconds=settings.PROCESSING_LEASE)
        image.processing_since = now
        image.attempts += 1
        image.save(update_fields=HELD)
        StorageQuota.objects.filter(user_id=image.user_id).update(served_at=now)
    return image


def process(image):
    """Remove the background of a leased image and record what came of it."""
    if image.attempts > len(settings.PROCESSING_PAUSES) + 1:
        fail(image, "gave_up")  # its workers did not live to say why
        return
    try:
        with _files() as (original, out):
            try:
                storage.fetch("originals", image.original.name, original)
            except FileNotFoundError as error:
                raise Gone from error
            cut = background.remove(
                original, out, engine=image.engine_asked, dermoscopic=image.dermoscopic
            )
            finish(image, cut, out)
    except Gone:
        logger.error("gallery image %s has no original", image.pk)
        fail(image, "original_missing")
    except background.BackgroundFailed as failure:
        if failure.passing:
            postpone(image, failure.code)
        else:
            fail(image, failure.code)
    except (Unavailable, OperationalError, InterfaceError) as outage:
        logger.warning("gallery image %s waits: %s", image.pk, type(outage).__name__)
        if not connection.in_atomic_block:  # one that broke stays broken; the next may be well
            connection.close_if_unusable_or_obsolete()
        postpone(image, "", seconds=settings.PROCESSING_OUTAGE)
    except Exception:
        logger.exception("gallery image %s could not be processed", image.pk)
        postpone(image, "gave_up")


@contextmanager
def _files():
    """Two passing files: for the original, and for the result."""
    with storage.passing_file() as original, storage.passing_file() as out:
        yield original, out


def _held(image):
    """The row under lock, where the lease is still ours."""
    return UserImage.objects.select_for_update().filter(pk=image.pk, lease=image.lease).first()


def finish(image, cut, out) -> bool:
    """Store the result and say that it is ready. False when the lease was lost meanwhile."""
    stem = f"{image.user_id}/{image.pk}"
    again = "" if image.run == 1 else f"_{image.run}"
    named = {
        "processed": ("processed", f"{stem}_processed{again}.png", File(out.file)),
        "cutout": ("thumbnails", f"{stem}_cutout{again}.webp", ContentFile(cut.thumbnail)),
    }
    out.seek(0)
    size = Path(out.name).stat().st_size + len(cut.thumbnail)
    # The names are the same at every try: one that was killed leaves nothing to find.
    for container, name, content in named.values():
        storage.replace(container, name, content)
    with transaction.atomic():
        row = _held(image)
        if row is None:
            _discard_if_gone(image, named.values())
            return False
        former = [blob for blob in _results(row) if blob[1] not in [n[1] for n in named.values()]]
        for field, (_container, name, _content) in named.items():
            setattr(row, field, name)
        row.status, row.error = UserImage.Status.READY, ""
        row.engine, row.quality, row.processing_time = cut.engine, cut.quality, cut.milliseconds
        before, row.stored_bytes = row.stored_bytes, row.source_bytes + size
        row.due_at = row.lease = row.processing_since = None
        row.save(update_fields=[*named, *RESULT, *HELD])
        if row.deleted_at is None:
            quotas.grow(row.user_id, row.stored_bytes - before)
            quotas.warn(row.user_id)
        if former:
            transaction.on_commit(partial(_delete_later, former), robust=True)
    metrics.PROCESSING.labels(cut.engine).observe(cut.milliseconds / 1000)
    return True


def _results(row):
    return [(field.storage.container, field.name) for field in (row.processed, row.cutout) if field]


def _delete_later(blobs):
    from imaging.tasks import delete_blobs

    delete_blobs.enqueue(blobs, request_id=request_id())


def _discard_if_gone(image, named):
    """Deleted for good while in work: nobody else will remove what was stored just now."""
    if not UserImage.objects.filter(pk=image.pk).exists():
        _delete_later([(container, name) for container, name, _content in named])


def postpone(image, code, *, seconds=None):
    """Try again after a pause, or, when it was tried often enough, fail. With `seconds` the fault
    was not the image's, and the try does not count."""
    pauses = settings.PROCESSING_PAUSES
    if seconds is None and image.attempts > len(pauses):
        fail(image, code)
        return
    pause = seconds if seconds is not None else pauses[image.attempts - 1]
    with transaction.atomic():
        row = _held(image)
        if row is None:
            return
        row.attempts -= seconds is not None
        row.status, row.lease, row.processing_since = UserImage.Status.QUEUED, None, None
        row.due_at = timezone.now() + timedelta(seconds=pause)
        row.save(
            update_fields=[
                "attempts",
                "status",
                "lease",
                "processing_since",
                "due_at",
                "updated_at",
            ]
        )


def fail(image, code):
    """It will not work. What an earlier run made stays, and the image with it."""
    with transaction.atomic():
        row = _held(image)
        if row is None:
            return
        ready = bool(row.processed)
        row.status = UserImage.Status.READY if ready else UserImage.Status.FAILED
        row.error = code
        row.due_at = row.lease = row.processing_since = None
        row.save(update_fields=[*HELD, "error"])
    metrics.PROCESSING_FAILURES.labels(code).inc()
