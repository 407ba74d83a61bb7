"""The processing queue: no image is lost between states, and none is processed twice."""

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


def make_engine_fail(monkeypatch, error):
    def remove(*args, **kwargs):
        raise error

    monkeypatch.setattr(background, "remove", remove)


def test_claimed_image_is_not_claimed_again(user_image):
    """Otherwise two workers do the work and count its bytes twice."""
    claimed = queue.claim()
    assert (claimed.pk, claimed.status, claimed.attempts) == (user_image.pk, "processing", 1)
    assert queue.claim() is None


def test_image_is_claimed_again_after_its_lease_expires(user_image, settings, due_now):
    """Otherwise the image of a killed worker would be in progress for ever."""
    queue.claim()
    due_now(user_image)
    claimed = queue.claim()
    assert (claimed.pk, claimed.attempts) == (user_image.pk, 2)


@pytest.fixture
def due_now():
    """`due_now(image)`: make the image due, because the database's clock cannot be moved."""

    def set_due(image):
        past = timezone.now() - timedelta(seconds=1)
        UserImage.objects.filter(pk=image.pk, due_at__isnull=False).update(due_at=past)

    return set_due


def test_worker_without_the_lease_changes_nothing(user_image, doctor, due_now):
    """A slow worker finishes when another already has the image: it must not count the bytes twice
    or end the other's work."""
    slow_claim = queue.claim()
    due_now(user_image)
    second_claim = queue.claim()
    queue.process(second_claim)
    used = StorageQuota.objects.of(doctor.pk).storage_used
    stored = blobs()
    queue.process(slow_claim)
    queue.fail(slow_claim, "engine_failed")
    queue.postpone(slow_claim, "engine_failed")
    user_image.refresh_from_db()
    assert (user_image.status, user_image.error) == ("ready", "")
    assert StorageQuota.objects.of(doctor.pk).storage_used == used
    assert blobs() == stored


def test_interrupted_attempt_leaves_no_extra_blobs(user_image, due_now, monkeypatch):
    """Every attempt uses the same blob names, so that nothing is left behind."""
    claimed = queue.claim()
    monkeypatch.setattr(queue, "locked_row", lambda image: (_ for _ in ()).throw(SystemExit))
    with pytest.raises(SystemExit):
        queue.process(claimed)
    monkeypatch.undo()
    stored = blobs()
    due_now(user_image)
    queue.work()
    user_image.refresh_from_db()
    assert user_image.status == "ready"
    assert blobs() == stored


def test_transient_errors_are_retried_with_growing_pauses(
    user_image, settings, monkeypatch, due_now
):
    settings.PROCESSING_PAUSES = [10, 60]
    make_engine_fail(monkeypatch, background.BackgroundFailed("engine_failed", transient=True))
    for pause in (10, 60):
        started = timezone.now()
        queue.work()
        user_image.refresh_from_db()
        assert user_image.status == "queued"
        assert pause <= (user_image.due_at - started).total_seconds() < pause + 5
        assert not queue.work(), "it is not due before the pause is over"
        due_now(user_image)
    queue.work()
    user_image.refresh_from_db()
    assert (user_image.status, user_image.error) == ("failed", "engine_failed")
    assert str(user_image.failure)
    assert storages["originals"].exists(user_image.original.name), "the original is kept"


def test_permanent_errors_fail_immediately(user_image, monkeypatch):
    make_engine_fail(monkeypatch, background.BackgroundFailed("nothing_found", transient=False))
    queue.work()
    user_image.refresh_from_db()
    assert (user_image.status, user_image.error, user_image.attempts) == (
        "failed",
        "nothing_found",
        1,
    )


def test_storage_outage_costs_no_attempt(user_image, monkeypatch, due_now):
    """Otherwise an hour without storage fails every image that was due."""
    make_engine_fail(monkeypatch, StorageUnavailable("processed"))
    for _try in range(10):
        queue.work()
        due_now(user_image)
    user_image.refresh_from_db()
    assert (user_image.status, user_image.attempts, user_image.error) == ("queued", 0, "")


def test_unexpected_exceptions_are_retried_then_fail(user_image, settings, monkeypatch, due_now):
    settings.PROCESSING_PAUSES = [1]
    make_engine_fail(monkeypatch, ZeroDivisionError("ours"))
    for _try in range(2):
        queue.work()
        due_now(user_image)
    user_image.refresh_from_db()
    assert (user_image.status, user_image.error) == ("failed", "gave_up")


def test_image_that_kills_workers_fails_in_the_end(user_image, settings, due_now):
    settings.PROCESSING_PAUSES = [1, 1]
    for _killed in range(3):
        assert queue.claim()
        due_now(user_image)
    queue.work()
    user_image.refresh_from_db()
    assert (user_image.status, user_image.error) == ("failed", "gave_up")


def test_missing_original_fails_with_its_code(user_image):
    storage.delete("originals", user_image.original.name)
    queue.work()
    user_image.refresh_from_db()
    assert (user_image.status, user_image.error) == ("failed", "original_missing")


def test_queue_is_fair_between_users(doctor, user_image):
    others = [submit(doctor) for _image in range(3)]
    patient = make_user("waiting@example.org")
    patients_image = submit(patient)
    assert queue.claim().pk == user_image.pk
    assert queue.claim().pk == patients_image.pk, "users who were never served come first"
    assert queue.claim().pk == others[0].pk, "then the user served longest ago, oldest image first"


def test_image_deleted_during_processing_takes_no_quota(user_image, doctor):
    """Deleted images count for nothing; once restored, it is ready and counts."""
    claimed = queue.claim()
    images = UserImage.objects.visible_to(doctor)
    delete_images(images)
    queue.process(claimed)
    assert StorageQuota.objects.of(doctor.pk).storage_used == 0
    restore_images(UserImage.objects.deleted_by(doctor))
    user_image.refresh_from_db()
    assert user_image.status == "ready"
    assert StorageQuota.objects.of(doctor.pk).storage_used == user_image.stored_bytes


def test_image_erased_during_processing_leaves_no_blobs(
    user_image, monkeypatch, django_capture_on_commit_callbacks
):
    """The worker must delete what it stored after the row was deleted."""
    real_remove = background.remove

    def remove(*args, **kwargs):
        result = real_remove(*args, **kwargs)
        UserImage.objects.all().delete()
        return result

    monkeypatch.setattr(background, "remove", remove)
    with django_capture_on_commit_callbacks(execute=True):
        queue.work()
    assert not blobs()


def test_deleted_image_is_not_claimed(user_image, doctor):
    delete_images(UserImage.objects.visible_to(doctor))
    assert queue.claim() is None


def test_retry_replaces_the_first_result(user_image, django_capture_on_commit_callbacks):
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


def test_failed_retry_keeps_the_first_result(user_image, monkeypatch):
    queue.work()
    retry_image(user_image, engine="lesion")
    make_engine_fail(monkeypatch, background.BackgroundFailed("nothing_found", transient=False))
    queue.work()
    user_image.refresh_from_db()
    assert (user_image.status, user_image.error) == ("ready", "nothing_found")
    assert user_image.cutout.name.endswith("_processed.png")


def test_worker_logs_with_the_request_id_of_the_upload(client, doctor, page, caplog, monkeypatch):
    """Otherwise an upload cannot be followed through the log beyond the queue."""
    from core.context import RequestIdFilter, request_id
    from imaging.tasks import delete_blobs

    answer = page(doctor).post("/api/v1/remove-background", {"file": upload()})
    image = UserImage.objects.get()
    assert image.request_id == answer["X-Request-ID"]
    request_ids = []
    monkeypatch.setattr(background, "remove", lambda *a, **o: request_ids.append(request_id()))
    caplog.handler.addFilter(RequestIdFilter())
    queue.work()  # the engine returns nothing, which is logged
    assert request_ids == [answer["X-Request-ID"]]
    assert {
        record.request_id for record in caplog.records if record.name == jobs_queue.__name__
    } == {answer["X-Request-ID"]}
    assert request_id() == ""
    monkeypatch.setattr(storage, "delete", lambda *names: request_ids.append(request_id()))
    delete_blobs.func([("originals", "x")], request_id="from-elsewhere")
    delete_blobs.func([("originals", "x")])  # as enqueued before an upgrade
    assert request_ids[1:] == ["from-elsewhere", ""]


def test_retry_takes_the_request_id_of_its_own_request(page, doctor, user_image):
    queue.fail(queue.claim(), "gave_up")
    answer = page(doctor).post(f"/api/v1/images/{user_image.pk}/retry", {}, "application/json")
    user_image.refresh_from_db()
    assert user_image.request_id == answer["X-Request-ID"]
