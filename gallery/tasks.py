from django_tasks import task

from .notices import warn_owner
from .services.processing import queue

# Tasks that were queued before an upgrade of the server have these names.
__all__ = ["look", "warn_owner"]


@task()
def look() -> None:
    """The predecessor of jobs.tasks.run_next."""
    queue.work()
