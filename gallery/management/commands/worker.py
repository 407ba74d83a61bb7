import threading

from django.db import close_old_connections, connection
from django_tasks_db.management.commands import db_worker
from django_tasks_db.models import DBTaskResult

from gallery import lifecycle
from gallery.models import UserImage
from gallery.tasks import look
from imaging import background

SWEEP = 5  # seconds
BELLS = 50  # at most at a time


def ring_for_the_overdue():
    """A bell for each image that is due and that no bell is waiting for: its worker was killed,
    its pause is over, or its bell was lost. Returns how many."""
    due = UserImage.objects.due()[:BELLS].count()
    waiting = DBTaskResult.objects.ready().filter(task_path=look.module_path)[:BELLS].count()
    for _bell in range(due - waiting):
        look.enqueue()
    return max(0, due - waiting)


class Worker(db_worker.Worker):
    """The tasks' own worker, and beside it, every few seconds, a look at the rows."""

    def run(self):
        over = threading.Event()
        sweeper = threading.Thread(target=self._sweep, args=(over,), daemon=True)
        if not self.batch:
            sweeper.start()
        try:
            super().run()
        finally:
            over.set()
            background.close()

    def _sweep(self, over):
        while not over.wait(SWEEP):
            close_old_connections()
            try:
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
