"""Removing the background of a gallery image, as a job of a queue (jobs.queue)."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile, File
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from core import metrics
from core.context import request_id
from imaging import background, storage
from imaging.tasks import delete_blobs
from jobs.errors import PermanentFailure, RetryableFailure
from jobs.queue import Queue

from ..models import Outline, StorageQuota, UserImage
from . import quotas
from .outlines import cutout_blobs, forget_machine, keep_machine, machine_blobs, rings_to_follow

logger = logging.getLogger(__name__)

RESULT_FIELDS = ("engine", "quality", "processing_time", "stored_bytes")
MACHINE_FIELDS = ("machine_cutout", "machine_thumbnail")


class Processing(Queue):
    """The queue of gallery images; see `jobs.queue.Queue` for the methods."""

    name = "gallery"
    model = UserImage
    # First the user who was served longest ago, then the oldest image: nobody waits for another
    # user's two hundred.
    order = (F("user__storage_quota__served_at").asc(nulls_first=True), "due_at", "pk")

    def on_claimed(self, job: UserImage) -> None:
        StorageQuota.objects.filter(user_id=job.user_id).update(served_at=job.processing_since)

    def on_failed(self, code: str) -> None:
        metrics.PROCESSING_FAILURES.labels(code).inc()

    def close(self) -> None:
        background.close()

    def run(self, job: UserImage) -> None:
        with _temporary_files() as (original, out):
            try:
                storage.fetch("originals", str(job.original.name), original)
            except FileNotFoundError as error:
                logger.error("gallery image %s has no original", job.pk)
                raise PermanentFailure("original_missing") from error
            try:
                cutout = _cut(job, original, out)
            except background.BackgroundFailed as failure:
                reason = RetryableFailure if failure.transient else PermanentFailure
                raise reason(failure.code) from failure
            self.finish(job, cutout, out)

    def finish(self, image: UserImage, cutout: background.Cutout, out: Any) -> bool:
        """Store a background.Cutout, its PNG in the open file `out`, and mark the image ready.
        Returns False if the lease was lost meanwhile."""
        stem = f"{image.user_id}/{image.pk}"
        again = "" if image.run == 1 else f"_{image.run}"
        blobs = {
            "cutout": ("processed", f"{stem}_processed{again}.png", File(out.file)),
            "cutout_thumbnail": (
                "thumbnails",
                f"{stem}_cutout{again}.webp",
                ContentFile(cutout.thumbnail),
            ),
        }
        out.seek(0)
        size = Path(out.name).stat().st_size + len(cutout.thumbnail)
        # The names are the same at every attempt, so that a killed one leaves no orphans.
        for container, name, content in blobs.values():
            storage.replace(container, name, content)

        def write(row: UserImage) -> tuple[str, ...]:
            names = [name for _container, name, _content in blobs.values()]
            former = [blob for blob in _result_blobs(row) if blob[1] not in names]
            before = row.stored_bytes
            if cutout.engine == background.OUTLINE:
                kept = keep_machine(row)
                former = [blob for blob in former if blob not in kept]
            else:
                forget_machine(row, cutout)
            for field, (_container, name, _content) in blobs.items():
                setattr(row, field, name)
            row.quality = cutout.quality
            row.stored_bytes = row.source_bytes + row.outline.machine_bytes + size
            if row.deleted_at is None:
                quotas.change_size(row.user_id, row.stored_bytes - before)
                quotas.warn_if_due(row.user_id)
            if former:
                transaction.on_commit(partial(enqueue_deletion, former), robust=True)
            return (*blobs, *MACHINE_FIELDS, *RESULT_FIELDS)

        if not self.complete(image, write):
            _discard_if_gone(image, blobs.values())
            return False
        metrics.PROCESSING.labels(cutout.engine).observe(cutout.milliseconds / 1000)
        return True


queue = Processing()


def _cut(job: UserImage, original: Any, out: Any) -> background.Cutout:
    if rings := rings_to_follow(job):
        return background.follow(original, out, rings)
    return background.remove(original, out, engine=job.engine_asked, dermoscopic=job.dermoscopic)


@contextmanager
def _temporary_files() -> Iterator[tuple[Any, Any]]:
    """Two NamedTemporaryFiles, whose type has no public name: for the original, for the result."""
    with storage.temporary_file() as original, storage.temporary_file() as out:
        yield original, out


def _result_blobs(row: UserImage) -> list[tuple[str, str]]:
    return cutout_blobs(row) + machine_blobs(row)


def enqueue_deletion(blobs: list[tuple[str, str]]) -> None:
    """Have a worker delete blobs, [(container, name)]."""
    delete_blobs.enqueue(blobs, request_id=request_id())


def _discard_if_gone(image: UserImage, blobs: Iterable[tuple[str, str, File]]) -> None:
    """If the image was deleted for good while in work, nothing else would remove these blobs."""
    if not UserImage.objects.filter(pk=image.pk).exists():
        enqueue_deletion([(container, name) for container, name, _content in blobs])


def retry_image(image: UserImage, *, engine: str | None = None) -> UserImage:
    """Queue an image again, with another engine if one is named; one that is queued or in work
    already stays as it is. Returns the image as it is now. Raises UserImage.DoesNotExist."""
    with transaction.atomic():
        row = UserImage.objects.select_for_update().get(pk=image.pk, deleted_at=None)
        if row.is_waiting:
            return row
        row.run += row.has_result  # the former result stays until there is a new one
        row.engine_asked = engine or row.engine_asked
        Outline.objects.filter(pk=row.pk).update(is_asked=False)  # the engine looks again
        row.status, row.error, row.attempts = UserImage.Status.QUEUED, "", 0
        row.due_at = timezone.now()
        row.request_id = request_id() or None
        row.save(
            update_fields=[
                "request_id",
                "run",
                "engine_asked",
                "status",
                "error",
                "attempts",
                "due_at",
                "updated_at",
            ]
        )
        queue.wake_on_commit()
    return row
