"""Whether something is waiting that a worker should have taken long ago."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from . import registry


class QueueOverdueError(Exception):
    """A job or a task has waited for more than READY_QUEUE_AGE seconds."""


def check() -> None:
    """Raises QueueOverdueError; never, if READY_QUEUE_AGE is 0."""
    if not settings.READY_QUEUE_AGE:
        return
    before = timezone.now() - timedelta(seconds=settings.READY_QUEUE_AGE)
    for queue in registry.queues.values():
        if queue.model.objects.due().filter(due_at__lt=before).exists():
            raise QueueOverdueError
    tasks = DBTaskResult.objects.ready().filter(enqueued_at__lt=before)
    if tasks.filter(Q(run_after=get_date_max()) | Q(run_after__lt=before)).exists():
        raise QueueOverdueError
