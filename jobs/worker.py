"""A worker's loop: runs tasks as they arrive, and sweeps the rows every few seconds."""

import threading
import time
from datetime import timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.db.models import F
from django.utils import timezone
from django_tasks_db.compat import TaskResultStatus
from django_tasks_db.management.commands import db_worker
from django_tasks_db.models import DBTaskResult

from . import registry
from .tasks import run_next

SWEEP_INTERVAL = 5  # seconds
OUTAGE_PAUSE = 2  # seconds before a database that does not answer is tried again
MAX_TASK_WORKERS = 5  # that may die on one task
MAX_WAKE_UPS = 50  # per sweep, of each queue


def wake_for_due_jobs() -> int:
    """Enqueue a task for each due job that none is waiting for: its worker was killed, its pause is
    over, or its task was lost. Returns how many."""
    enqueued = 0
    for name, queue in registry.queues.items():
        due = queue.model.objects.due()[:MAX_WAKE_UPS].count()
        waiting = DBTaskResult.objects.ready().filter(
            task_path=run_next.module_path, args_kwargs__args__0=name
        )
        missing = max(0, due - waiting[:MAX_WAKE_UPS].count())
        for _ in range(missing):
            queue.wake()
        enqueued += missing
    return enqueued


def requeue_abandoned_tasks() -> int:
    """Make tasks whose worker died ready again (they are safe to run twice), or failed after
    MAX_TASK_WORKERS. A worker counts as dead once a lease would have expired. Returns how many."""
    before = timezone.now() - timedelta(seconds=settings.PROCESSING_LEASE)
    count = 0
    for task in DBTaskResult.objects.running().filter(started_at__lt=before)[:MAX_WAKE_UPS]:
        again = len(task.worker_ids) < MAX_TASK_WORKERS
        # Filtered again: it may have ended since, or another sweep may have been faster.
        same = DBTaskResult.objects.running().filter(pk=task.pk, started_at=task.started_at)
        count += same.update(
            status=TaskResultStatus.READY if again else TaskResultStatus.FAILED,
            started_at=None if again else F("started_at"),
            finished_at=None if again else timezone.now(),
        )
    return count


class Worker(db_worker.Worker):
    """django-tasks' worker, made to survive a database outage, with a thread that sweeps the rows
    every few seconds."""

    def run(self) -> None:
        stopped = threading.Event()
        sweeper = threading.Thread(target=self._sweep, args=(stopped,), daemon=True)
        if not self.batch:
            sweeper.start()
        try:
            self._run()
        finally:
            stopped.set()
            for queue in registry.queues.values():
                queue.close()

    def _run(self) -> None:
        while True:
            try:
                return super().run()
            except (OperationalError, InterfaceError):
                if self.batch or not self.running:
                    raise
                db_worker.logger.exception("the database does not answer; the worker goes on")
                connection.close()
                time.sleep(OUTAGE_PAUSE)

    def _sweep(self, stopped: threading.Event) -> None:
        while not stopped.wait(SWEEP_INTERVAL):
            close_old_connections()
            try:
                requeue_abandoned_tasks()
                wake_for_due_jobs()
                for sweep in registry.sweeps:
                    sweep()
            except Exception:
                db_worker.logger.exception("the sweep failed; it goes on")
        connection.close()
