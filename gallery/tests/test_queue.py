"""No image is lost between states, and none is processed for two."""

from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.utils import timezone

from gallery.models import StorageQuota, UserImage
from gallery.services.images import submit_image
from gallery.services.processing import queue, retry_image
from gallery.services.trash import delete_images, restore_images
from imaging import background, storage
from imaging.errors import StorageUnavailable
from jobs import queue as jobs_queue
from testing.cast import blobs, make_user, upload

pytestmark = pytest.mark.django_db


def submit(user, **options):
    return submit_image(user=user, upload=upload(), **options)[0]


def fails_with(monkeypatch, error):
    def remove(*args, **kwargs):
        raise error

    monkeypatch.setattr(background, "remove", remove)


def test_a_leased_image_is_nobody_else_s(user_image):
    """Two workers would do the work twice and count its bytes twice."""
    held = queue.claim()
    assert (held.pk, held.status, held.attempts) == (user_image.pk, "processing", 1)
    assert queue.claim() is None


def test_a_lease_that_ended_is_taken_again(user_image, settings, due_now):
    """A worker that was killed would else leave its image in progress for ever."""
    queue.claim()
    due_now(user_image)
    again = queue.claim()
    assert (again.pk, again.attempts) == (user_image.pk, 2)


@pytest.fixture
def due_now():
    """The database's clock cannot be moved: the row's can."""

    def make(image):
        past = timezone.now() - timedelta(seconds=1)
        UserImage.objects.filter(pk=image.pk, due_at__isnull=False).update(due_at=past)

    return make


def test_who_lost_the_lease_changes_nothing(user_image, doctor, due_now):
    """A worker that was only slow comes back when another has the image: its answer must not
    count the bytes twice or end the other's work."""
    slow = queue.claim()
    due_now(user_image)
    fast = queue.claim()
    queue.process(fast)
    used = StorageQuota.objects.of(doctor.pk).storage_used
    stored = blobs()
    queue.process(slow)
    queue.fail(slow, "engine_failed")
    queue.postpone(slow, "engine_failed")
    user_image.refresh_from_db()
    assert (user_image.status, user_image.error) == ("ready", "")
    assert StorageQuota.objects.of(doctor.pk).storage_used == used
    assert blobs() == stored


def test_a_killed_try_leaves_no_second_result(user_image, due_now, monkeypatch):
    """The names are the same at every try, so that nothing is left to find."""
    held = queue.claim()
    monkeypatch.setattr(queue, "locked_row", lambda image: (_ for _ in ()).throw(SystemExit))
    with pytest.raises(SystemExit):
        queue.process(held)
    monkeypatch.undo()
    stored = blobs()
    due_now(user_image)
    queue.work()
    user_image.refresh_from_db()
    assert user_image.status == "ready"
    assert blobs() == stored


def test_pauses_grow_and_then_it_fails(user_image, settings, monkeypatch, due_now):
    settings.PROCESSING_PAUSES = [10, 60]
    fails_with(monkeypatch, background.BackgroundFailed("engine_failed", passing=True))
    for pause in (10, 60):
        before = timezone.now()
        queue.work()
        user_image.refresh_from_db()
        assert user_image.status == "queued"
        assert pause <= (user_image.due_at - before).total_seconds() < pause + 5
        assert not queue.work(), "not before the pause is over"
        due_now(user_image)
    queue.work()
    user_image.refresh_from_db()
    assert (user_image.status, user_image.error) == ("failed", "engine_failed")
    assert str(user_image.failure)
    assert storages["originals"].exists(user_image.original.name), "the original stays"


def test_what_can_never_work_fails_at_once(user_image, monkeypatch):
    fails_with(monkeypatch, background.BackgroundFailed("nothing_found", passing=False))
    queue.work()
    user_image.refresh_from_db()
    assert (user_image.status, user_image.error, user_image.attempts) == (
        "failed",
        "nothing_found",
        1,
    )


def test_an_outage_is_not_the_image_s_fault(user_image, monkeypatch, due_now):
    """Storage away for an hour would else fail every image that was due in it."""
    fails_with(monkeypatch, StorageUnavailable("processed"))
    for _try in range(10):
        queue.work()
        due_now(user_image)
    user_image.refresh_from_db()
    assert (user_image.status, user_image.attempts, user_image.error) == ("queued", 0, "")


def test_our_own_fault_is_tried_again_and_then_told(user_image, settings, monkeypatch, due_now):
    settings.PROCESSING_PAUSES = [1]
    fails_with(monkeypatch, ZeroDivisionError("ours"))
    for _try in range(2):
        queue.work()
        due_now(user_image)
    user_image.refresh_from_db()
    assert (user_image.status, user_image.error) == ("failed", "gave_up")


def test_workers_that_die_of_it_do_not_die_for_ever(user_image, settings, due_now):
    settings.PROCESSING_PAUSES = [1, 1]
    for _killed in range(3):
        assert queue.claim()
        due_now(user_image)
    queue.work()
    user_image.refresh_from_db()
    assert (user_image.status, user_image.error) == ("failed", "gave_up")


def test_an_original_that_is_gone_is_said_to_be(user_image):
    storage.delete("originals", user_image.original.name)
    queue.work()
    user_image.refresh_from_db()
    assert (user_image.status, user_image.error) == ("failed", "original_missing")


def test_one_person_s_two_hundred_do_not_keep_another_waiting(doctor, user_image):
    others = [submit(doctor) for _image in range(3)]
    patient = make_user("waiting@example.org")
    theirs = submit(patient)
    assert queue.claim().pk == user_image.pk
    assert queue.claim().pk == theirs.pk, "who was never served comes first"
    assert queue.claim().pk == others[0].pk, "then who was served longest ago, oldest first"


def test_deleted_while_in_work(user_image, doctor):
    """Its bytes must not count: it is not the owner's any more; and brought back, it is ready."""
    held = queue.claim()
    mine = UserImage.objects.visible_to(doctor)
    delete_images(mine)
    queue.process(held)
    assert StorageQuota.objects.of(doctor.pk).storage_used == 0
    restore_images(UserImage.objects.deleted_by(doctor))
    user_image.refresh_from_db()
    assert user_image.status == "ready"
    assert StorageQuota.objects.of(doctor.pk).storage_used == user_image.stored_bytes


def test_deleted_for_good_while_in_work(
    user_image, monkeypatch, django_capture_on_commit_callbacks
):
    """Nobody else would remove what the worker stores after the row has gone."""
    real = background.remove

    def remove(*args, **kwargs):
        cut = real(*args, **kwargs)
        UserImage.objects.all().delete()
        return cut

    monkeypatch.setattr(background, "remove", remove)
    with django_capture_on_commit_callbacks(execute=True):
        queue.work()
    assert not blobs()


def test_a_deleted_image_is_not_taken(user_image, doctor):
    delete_images(UserImage.objects.visible_to(doctor))
    assert queue.claim() is None


def test_a_second_run_removes_the_first_result(user_image, django_capture_on_commit_callbacks):
    queue.work()
    user_image.refresh_from_db()
    first = set(user_image.blobs())
    retry_image(user_image, engine="lesion")
    with django_capture_on_commit_callbacks(execute=True):
        queue.work()
    user_image.refresh_from_db()
    assert user_image.cutout.name.endswith("_processed_2.png")
    assert blobs() == set(user_image.blobs())
    assert len(first - blobs()) == 2


def test_a_second_run_that_fails_keeps_the_first_result(user_image, monkeypatch):
    queue.work()
    retry_image(user_image, engine="lesion")
    fails_with(monkeypatch, background.BackgroundFailed("nothing_found", passing=False))
    queue.work()
    user_image.refresh_from_db()
    assert (user_image.status, user_image.error) == ("ready", "nothing_found")
    assert user_image.cutout.name.endswith("_processed.png")


def test_the_worker_works_under_the_request_s_name(client, doctor, page, caplog, monkeypatch):
    """Whoever follows one upload through the log would else lose it at the queue."""
    from core.context import RequestIdFilter, request_id
    from imaging.tasks import delete_blobs

    answer = page(doctor).post("/api/v1/remove-background", {"file": upload()})
    image = UserImage.objects.get()
    assert image.request_id == answer["X-Request-ID"]
    seen = []
    monkeypatch.setattr(background, "remove", lambda *a, **o: seen.append(request_id()))
    caplog.handler.addFilter(RequestIdFilter())
    queue.work()  # nothing came of it, which is logged
    assert seen == [answer["X-Request-ID"]]
    assert {
        record.request_id for record in caplog.records if record.name == jobs_queue.__name__
    } == {answer["X-Request-ID"]}
    assert request_id() == ""
    monkeypatch.setattr(storage, "delete", lambda *names: seen.append(request_id()))
    delete_blobs.func([("originals", "x")], request_id="from-elsewhere")
    delete_blobs.func([("originals", "x")])  # one that was enqueued before an upgrade
    assert seen[1:] == ["from-elsewhere", ""]


def test_a_retry_is_another_request_s_work(page, doctor, user_image):
    queue.fail(queue.claim(), "gave_up")
    answer = page(doctor).post(f"/api/v1/images/{user_image.pk}/retry", {}, "application/json")
    user_image.refresh_from_db()
    assert user_image.request_id == answer["X-Request-ID"]
