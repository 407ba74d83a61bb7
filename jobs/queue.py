"""The queue of one model: rows are the truth, tasks only the bell.

A worker takes a row by writing a lease into it. It finishes only what it still holds; when it does
not live to finish, the lease ends and another takes the row. A message that is lost, or that comes
twice, changes nothing.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from core.context import use_request_id
from core.errors import Unavailable
from core.ids import new_id

from . import registry
from .errors import PermanentFailure, RetryableFailure
from .models import Job
from .tasks import run_next

logger = logging.getLogger(__name__)

LEASE_FIELDS = ("status", "attempts", "lease", "due_at", "processing_since", "updated_at")


class Queue:
    """A subclass names itself, its `model` (a Job with `updated_at`) and how one is run."""

    name: str
    model: type[Any]
    order: tuple[Any, ...] = ("due_at", "pk")  # who is served first

    def run(self, job) -> None:
        """Do the work of a leased job and `complete` it. Raises PermanentFailure or
        RetryableFailure."""
        raise NotImplementedError

    def on_claimed(self, job) -> None:
        """The job was leased, in this transaction: remember who was served."""

    def on_failed(self, code: str) -> None:
        """A job failed for good: count it."""

    def close(self) -> None:
        """The worker ends."""

    def register(self):
        """From an app's ready(): workers serve this queue."""
        registry.queues[self.name] = self

    def wake(self) -> None:
        """Ring for a worker. A bell that is lost is rung again by the next sweep."""
        run_next.enqueue(self.name)

    def wake_on_commit(self) -> None:
        transaction.on_commit(self.wake, robust=True)

    def work(self) -> bool:
        """Take one job that is due and run it. False when there was none."""
        job = self.claim()
        if job is None:
            return False
        with use_request_id(job.request_id):
            self.process(job)
        return True

    def claim(self) -> Job | None:
        """A job that is due, leased to the caller."""
        with transaction.atomic():
            due = self.model.objects.due().select_for_update(skip_locked=True, of=("self",))
            job = due.order_by(*self.order).first()
            if job is None:
                return None
            now = timezone.now()
            job.status = Job.Status.PROCESSING
            job.lease = new_id()
            job.due_at = now + timedelta(seconds=settings.PROCESSING_LEASE)
            job.processing_since = now
            job.attempts += 1
            job.save(update_fields=LEASE_FIELDS)
            self.on_claimed(job)
        return job

    def process(self, job) -> None:
        """Run a leased job and record what came of it."""
        if job.attempts > len(settings.PROCESSING_PAUSES) + 1:
            self.fail(job, "gave_up")  # its workers did not live to say why
            return
        try:
            self.run(job)
        except RetryableFailure as passing:
            self.postpone(job, passing.code)
        except PermanentFailure as failure:
            self.fail(job, failure.code)
        except (Unavailable, OperationalError, InterfaceError) as outage:
            logger.warning("%s job %s waits: %s", self.name, job.pk, type(outage).__name__)
            if not connection.in_atomic_block:  # one that broke stays broken; the next may be well
                connection.close_if_unusable_or_obsolete()
            self.postpone(job, "", seconds=settings.PROCESSING_OUTAGE)
        except Exception:
            logger.exception("%s job %s could not be run", self.name, job.pk)
            self.postpone(job, "gave_up")

    def locked_row(self, job) -> Job | None:
        """The row under lock, where the lease is still the caller's."""
        return self.model.objects.select_for_update().filter(pk=job.pk, lease=job.lease).first()

    def complete(self, job, write: Callable[[Any], Iterable[str]]) -> bool:
        """Say that a job is ready. `write(row)` puts the result into the row, which is locked,
        and returns the fields that it set. False when the lease was lost meanwhile."""
        with transaction.atomic():
            row = self.locked_row(job)
            if row is None:
                return False
            fields = write(row)
            row.status, row.error = Job.Status.READY, ""
            row.due_at = row.lease = row.processing_since = None
            row.save(update_fields=[*fields, "error", *LEASE_FIELDS])
        return True

    def postpone(self, job, code: str, *, seconds: float | None = None) -> None:
        """Try again after a pause, or, when it was tried often enough, fail. With `seconds` the
        fault was not the job's, and the try does not count."""
        pauses = settings.PROCESSING_PAUSES
        if seconds is None and job.attempts > len(pauses):
            self.fail(job, code)
            return
        pause = seconds if seconds is not None else pauses[job.attempts - 1]
        with transaction.atomic():
            row = self.locked_row(job)
            if row is None:
                return
            row.attempts -= seconds is not None
            row.status, row.lease, row.processing_since = Job.Status.QUEUED, None, None
            row.due_at = timezone.now() + timedelta(seconds=pause)
            row.save(update_fields=LEASE_FIELDS)

    def fail(self, job, code: str) -> None:
        """It will not work. What an earlier run made stays."""
        with transaction.atomic():
            row = self.locked_row(job)
            if row is None:
                return
            row.status = Job.Status.READY if row.has_result else Job.Status.FAILED
            row.error = code
            row.due_at = row.lease = row.processing_since = None
            row.save(update_fields=[*LEASE_FIELDS, "error"])
        self.on_failed(code)
