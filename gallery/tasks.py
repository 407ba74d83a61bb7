from django_tasks import task

from . import queue
from .notices import warn_owner

__all__ = ["look", "warn_owner"]  # the second was here: tasks that wait name it so


@task()
def look():
    """The bell: there may be an image to take. Safe to run twice, and for nothing."""
    queue.work()
