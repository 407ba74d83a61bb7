from django_tasks import task

from . import registry


@task()
def run_next(queue: str) -> None:
    """Wakes a worker: there may be a job to run. Safe to run twice, or with nothing to do."""
    registry.queues[queue].work()
