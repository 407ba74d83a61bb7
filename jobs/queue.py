"""The queue of one model. Its rows are the source of truth; tasks only wake workers.

A worker claims a row by writing a lease into it, and completes only what it still holds. If it
dies, the lease expires and another worker claims the row. A lost or repeated task changes nothing.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, Generic, TypeVar

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


JobT = TypeVar("JobT", bound=Job)


class Queue(Generic[JobT]):
    """A subclass sets `name` and `model` (a Job with `updated_at`), and implements `run`. Its
    methods take rows of that model."""

    name: str
    model: type[Any]
    order: tuple[Any, ...] = ("due_at", "pk")  # of claims

    def run(self, job: JobT) -> None:
        """Do the work of a leased job and `complete` it. Raises PermanentFailure or
        RetryableFailure."""
        raise NotImplementedError

    def on_claimed(self, job: JobT) -> None:
        """Hook: the job was leased, in this transaction."""

    def on_failed(self, code: str) -> None:
        """Hook: a job failed for good, after the commit."""

    def close(self) -> None:
        """Hook: the worker is shutting down."""

    def register(self) -> None:
        """Have workers serve this queue; called in an app's ready()."""
        registry.queues[self.name] = self

    def wake(self) -> None:
        """Enqueue a task that wakes a worker. If it is lost, the next sweep enqueues another."""
        run_next.enqueue(self.name)

    def wake_on_commit(self) -> None:
        """`wake`, once the current transaction has committed."""
        transaction.on_commit(self.wake, robust=True)

    def work(self) -> bool:
        """Claim one due job and run it. False when there was none."""
        job = self.claim()
        if job is None:
            return False
        with use_request_id(job.request_id):
            self.process(job)
        return True

    def claim(self) -> JobT | None:
        """A due job, now leased to the caller, or None."""
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

    def process(self, job: JobT) -> None:
        """Run a leased job and record the outcome."""
        if job.attempts > len(settings.PROCESSING_PAUSES) + 1:
            self.fail(job, "gave_up")  # its workers died without recording why
            return
        try:
            self.run(job)
        except RetryableFailure as failure:
            self.postpone(job, failure.code)
        except PermanentFailure as failure:
            self.fail(job, failure.code)
        except (Unavailable, OperationalError, InterfaceError) as outage:
            logger.warning("%s job %s waits: %s", self.name, job.pk, type(outage).__name__)
            if (
                not connection.in_atomic_block
            ):  # a broken connection stays broken; a new one may work
                connection.close_if_unusable_or_obsolete()
            self.postpone(job, "", seconds=settings.PROCESSING_OUTAGE)
        except Exception:
            logger.exception("%s job %s could not be run", self.name, job.pk)
            self.postpone(job, "gave_up")

    def locked_row(self, job: JobT) -> JobT | None:
        """The locked row, or None if the caller no longer holds the lease."""
        return self.model.objects.select_for_update().filter(pk=job.pk, lease=job.lease).first()

    def complete(self, job: JobT, write: Callable[[JobT], Iterable[str]]) -> bool:
        """Mark a job as ready. `write(row)` stores the result in the locked row and returns the
        names of the fields it set. False if the lease was lost meanwhile."""
        with transaction.atomic():
            row = self.locked_row(job)
            if row is None:
                return False
            fields = write(row)
            row.status, row.error = Job.Status.READY, ""
            row.due_at = row.lease = row.processing_since = None
            row.save(update_fields=[*fields, "error", *LEASE_FIELDS])
        return True

    def postpone(self, job: JobT, code: str, *, seconds: float | None = None) -> None:
        """Retry after a pause, or fail if the retries are used up. With `seconds` (of pause) the
        job is not to blame, and the attempt does not count."""
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

    def fail(self, job: JobT, code: str) -> None:
        """Fail for good. The result of an earlier run is kept."""
        with transaction.atomic():
            row = self.locked_row(job)
            if row is None:
                return
            row.status = Job.Status.READY if row.has_result else Job.Status.FAILED
            row.error = code
            row.due_at = row.lease = row.processing_since = None
            row.save(update_fields=[*LEASE_FIELDS, "error"])
        self.on_failed(code)
