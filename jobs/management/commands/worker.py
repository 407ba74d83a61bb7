from typing import Any

from django_tasks_db.management.commands import db_worker

from jobs.worker import Worker


class Command(db_worker.Command):
    help = "Run the queue's worker: process images, delete blobs, send mail. SIGTERM ends it well."

    def handle(self, **options: Any) -> None:
        former, db_worker.Worker = db_worker.Worker, Worker  # type: ignore[misc]
        try:
            super().handle(**options)
        finally:
            db_worker.Worker = former  # type: ignore[misc]
