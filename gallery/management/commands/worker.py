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

from gallery import lifecycle
from gallery.models import UserImage
from gallery.tasks import look
from imaging import background

SWEEP = 5  # seconds
PAUSE = 2  # seconds: how long to leave a database alone that does not answer
CLAIMS = 5  # workers that a task may outlive
BELLS = 50  # at most at a time


def ring_for_the_overdue():
    """A bell for each image that is due and that no bell is waiting for: its worker was killed,
    its pause is over, or its bell was lost. Returns how many."""
    due = UserImage.objects.due()[:BELLS].count()
    waiting = DBTaskResult.objects.ready().filter(task_path=look.module_path)[:BELLS].count()
    for _bell in range(due - waiting):
        look.enqueue()
    return max(0, due - waiting)


def hand_on_the_abandoned():
    """Tasks whose worker did not live to say how they ended: ready again, for they are safe to run
    twice; failed, when that goes on. As long as an image's lease a worker has time. Returns how
    many."""
    before = timezone.now() - timedelta(seconds=settings.PROCESSING_LEASE)
    count = 0
    for task in DBTaskResult.objects.running().filter(started_at__lt=before)[:BELLS]:
        again = len(task.worker_ids) < CLAIMS
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
            background.close()

    def _run(self):
        while True:
            try:
                return super().run()
            except (OperationalError, InterfaceError):
                if self.batch or not self.running:
                    raise
                db_worker.logger.exception("the database does not answer; the worker goes on")
                connection.close()
                time.sleep(PAUSE)

    def _sweep(self, over):
        while not over.wait(SWEEP):
            close_old_connections()
            try:
                hand_on_the_abandoned()
                ring_for_the_overdue()
                lifecycle.purge()
            except Exception:
                db_worker.logger.exception("the sweep failed; it goes on")
        connection.close()


class Command(db_worker.Command):
    help = "Run the queue's worker: process images, delete blobs, send mail. SIGTERM ends it well."

    def handle(self, **options):
        former, db_worker.Worker = db_worker.Worker, Worker
        try:
            super().handle(**options)
        finally:
            db_worker.Worker = former
