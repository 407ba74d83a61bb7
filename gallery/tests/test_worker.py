"""What a worker leaves behind when it is killed, the next one takes up."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from gallery.services.processing import queue
from jobs.worker import MAX_TASK_WORKERS, requeue_abandoned_tasks


@pytest.fixture
def task(db):
    """`task(seconds, workers)`: begun so long ago, by the last of so many workers."""

    def make(seconds, workers=1):
        return DBTaskResult.objects.create(
            args_kwargs={"args": [], "kwargs": {}},
            task_path="gallery.tasks.look",
            backend_name="default",
            run_after=get_date_max(),
            status="RUNNING",
            started_at=timezone.now() - timedelta(seconds=seconds),
            worker_ids=[str(number) for number in range(workers)],
        )

    return make


def test_a_task_whose_worker_was_killed_is_done_by_another(task):
    """Lost would be: blobs that were to be deleted, a mail that was to be sent."""
    made = task(settings.PROCESSING_LEASE + 1)
    assert requeue_abandoned_tasks() == 1
    made.refresh_from_db()
    assert (made.status, made.started_at) == ("READY", None)
    assert DBTaskResult.objects.ready().get() == made
    assert requeue_abandoned_tasks() == 0


def test_a_task_in_work_is_left_alone(task):
    made = task(settings.PROCESSING_LEASE - 10)
    assert requeue_abandoned_tasks() == 0
    made.refresh_from_db()
    assert made.status == "RUNNING"


def test_a_task_that_no_worker_lives_through_ends(task):
    """It would else kill one worker after another."""
    made = task(settings.PROCESSING_LEASE + 1, workers=MAX_TASK_WORKERS)
    assert requeue_abandoned_tasks() == 1
    made.refresh_from_db()
    assert made.status == "FAILED"
    assert made.finished_at


@pytest.mark.parametrize(
    "meanwhile",
    [{"status": "SUCCESSFUL"}, {"started_at": timezone.now()}],
    ids=["it ended", "the next worker has it"],
)
def test_a_task_that_another_saw_to_meanwhile_is_left_alone(task, meanwhile):
    """It would else be done again when it was done, or by two workers at once."""
    made = task(settings.PROCESSING_LEASE + 1)
    others = [meanwhile]

    def between_look_and_write(execute, sql, *more):
        if sql.startswith("UPDATE") and others:
            DBTaskResult.objects.filter(pk=made.pk).update(**others.pop())
        return execute(sql, *more)

    with connection.execute_wrapper(between_look_and_write):
        assert requeue_abandoned_tasks() == 0
    assert not others


def test_an_outage_of_the_database_is_not_the_image_s_fault(user_image, monkeypatch):
    """An hour's outage would else fail every image that was due in it."""

    def gone(*arguments):
        raise OperationalError("terminating connection due to administrator command")

    monkeypatch.setattr(queue, "finish", gone)
    queue.work()
    user_image.refresh_from_db()
    assert (user_image.status, user_image.attempts, user_image.error) == ("queued", 0, "")
