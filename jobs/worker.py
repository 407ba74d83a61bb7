"""The one loop of a worker: tasks as they come, and every few seconds a look at the rows."""

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
OUTAGE_PAUSE = 2  # seconds: how long to leave a database alone that does not answer
MAX_TASK_WORKERS = 5  # workers that a task may outlive
MAX_WAKE_UPS = 50  # at most at a time


def wake_for_due_jobs() -> int:
    """A bell for each job that is due and that no bell is waiting for: its worker was killed, its
    pause is over, or its bell was lost. Returns how many."""
    rung = 0
    for name, queue in registry.queues.items():
        due = queue.model.objects.due()[:MAX_WAKE_UPS].count()
        bells = DBTaskResult.objects.ready().filter(
            task_path=run_next.module_path, args_kwargs__args__0=name
        )
        missing = max(0, due - bells[:MAX_WAKE_UPS].count())
        for _bell in range(missing):
            queue.wake()
        rung += missing
    return rung


def requeue_abandoned_tasks():
    """Tasks whose worker did not live to say how they ended: ready again, for they are safe to run
    twice; failed, when that goes on. A worker has as long as a lease lasts. Returns how many."""
    before = timezone.now() - timedelta(seconds=settings.PROCESSING_LEASE)
    count = 0
    for task in DBTaskResult.objects.running().filter(started_at__lt=before)[:MAX_WAKE_UPS]:
        again = len(task.worker_ids) < MAX_TASK_WORKERS
        # In the condition once more: it may have ended since, or another sweep was faster.
        same = DBTaskResult.objects.running().filter(pk=task.pk, started_at=task.started_at)
        count += same.update(
            status=TaskResultStatus.READY if again else TaskResultStatus.FAILED,
            started_at=None if again else F("started_at"),
            finished_at=None if again else timezone.now(),
        )
    return count


class Worker(db_worker.Worker):
    """The tasks' own worker, which outlives an outage of the database; and beside it, every few
    seconds, a look at the rows."""

    def run(self):
        over = threading.Event()
        sweeper = threading.Thread(target=self._sweep, args=(over,), daemon=True)
        if not self.batch:
            sweeper.start()
        try:
            self._run()
        finally:
            over.set()
            for queue in registry.queues.values():
                queue.close()

    def _run(self):
        while True:
            try:
                return super().run()
            except (OperationalError, InterfaceError):
                if self.batch or not self.running:
                    raise
                db_worker.logger.exception("the database does not answer; the worker goes on")
                connection.close()
                time.sleep(OUTAGE_PAUSE)

    def _sweep(self, over):
        while not over.wait(SWEEP_INTERVAL):
            close_old_connections()
            try:
                requeue_abandoned_tasks()
                wake_for_due_jobs()
                for sweep in registry.sweeps:
                    sweep()
            except Exception:
                db_worker.logger.exception("the sweep failed; it goes on")
        connection.close()
