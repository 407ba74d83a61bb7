"""Tasks that a killed worker leaves behind are taken over by the next one."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from gallery.services.processing import queue
from jobs.worker import MAX_TASK_WORKERS, requeue_abandoned_tasks


@pytest.fixture
def make_task(db):
    """`make_task(seconds, workers)`: started `seconds` ago, tried by `workers` workers."""

    def create(seconds, workers=1):
        return DBTaskResult.objects.create(
            args_kwargs={"args": [], "kwargs": {}},
            task_path="gallery.tasks.look",
            backend_name="default",
            run_after=get_date_max(),
            status="RUNNING",
            started_at=timezone.now() - timedelta(seconds=seconds),
            worker_ids=[str(number) for number in range(workers)],
        )

    return create


def test_task_of_a_killed_worker_is_requeued(make_task):
    """Otherwise blobs are not deleted or mails not sent."""
    result = make_task(settings.PROCESSING_LEASE + 1)
    assert requeue_abandoned_tasks() == 1
    result.refresh_from_db()
    assert (result.status, result.started_at) == ("READY", None)
    assert DBTaskResult.objects.ready().get() == result
    assert requeue_abandoned_tasks() == 0


def test_running_task_is_not_requeued(make_task):
    result = make_task(settings.PROCESSING_LEASE - 10)
    assert requeue_abandoned_tasks() == 0
    result.refresh_from_db()
    assert result.status == "RUNNING"


def test_task_that_kills_every_worker_fails(make_task):
    """Otherwise it kills one worker after another."""
    result = make_task(settings.PROCESSING_LEASE + 1, workers=MAX_TASK_WORKERS)
    assert requeue_abandoned_tasks() == 1
    result.refresh_from_db()
    assert result.status == "FAILED"
    assert result.finished_at


@pytest.mark.parametrize(
    "meanwhile",
    [{"status": "SUCCESSFUL"}, {"started_at": timezone.now()}],
    ids=["it has ended", "the next worker has it"],
)
def test_task_changed_meanwhile_is_not_requeued(make_task, meanwhile):
    """Otherwise it is run twice, or by two workers at once."""
    result = make_task(settings.PROCESSING_LEASE + 1)
    changes = [meanwhile]

    def change_before_update(execute, sql, *arguments):
        if sql.startswith("UPDATE") and changes:
            DBTaskResult.objects.filter(pk=result.pk).update(**changes.pop())
        return execute(sql, *arguments)

    with connection.execute_wrapper(change_before_update):
        assert requeue_abandoned_tasks() == 0
    assert not changes


def test_database_outage_costs_no_attempt(user_image, monkeypatch):
    """Otherwise an hour's outage fails every image that was due."""

    def raise_operational_error(*arguments):
        raise OperationalError("terminating connection due to administrator command")

    monkeypatch.setattr(queue, "finish", raise_operational_error)
    queue.work()
    user_image.refresh_from_db()
    assert (user_image.status, user_image.attempts, user_image.error) == ("queued", 0, "")
