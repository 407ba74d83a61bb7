from django_tasks import task

from .notices import warn_owner
from .services.processing import queue

__all__ = ["look", "warn_owner"]  # tasks that waited while the server was upgraded name them so


@task()
def look() -> None:
    """The bell before there was jobs.tasks.run_next."""
    queue.work()
