from django_tasks import task

from . import registry


@task()
def run_next(queue: str):
    """The bell: there may be a job to take. Safe to run twice, and for nothing."""
    registry.queues[queue].work()
