"""Room is counted to the byte, and whoever runs out of it is told in time, once."""

import pytest
from django.core import mail

from gallery.models import Reservation, StorageQuota, UserImage
from gallery.services import quotas
from gallery.services.images import submit_image
from gallery.services.processing import queue
from gallery.services.trash import delete_images, erase_images
from imaging import storage
from imaging.errors import IdempotencyKeyReused, StorageUnavailable
from testing.cast import blobs, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def send(doctor, django_capture_on_commit_callbacks):
    def submit():
        with django_capture_on_commit_callbacks() as callbacks:
            submit_image(user=doctor, upload=upload())
        for callback in callbacks:
            if "warn_owner" in repr(callback):
                callback()

    return submit


def limit(**limits):
    StorageQuota.objects.update(**limits)


def test_the_owner_is_warned_at_80_and_at_95_once_each(doctor, send):
    StorageQuota.objects.of(doctor.pk)
    limit(image_limit=20)
    for _image in range(16):
        send()
    assert [m.to for m in mail.outbox] == [[doctor.email]]
    assert "80" in mail.outbox[0].subject
    assert "16" in mail.outbox[0].body
    for _image in range(4):
        send()
    assert len(mail.outbox) == 2
    assert "95" in mail.outbox[1].subject
    delete_images(
        UserImage.objects.visible_to(doctor).filter(pk__in=UserImage.objects.values("pk")[:2])
    )
    send()
    assert len(mail.outbox) == 2, "not again at every turn"


def test_after_there_was_room_again_a_warning_is_news(doctor, send):
    StorageQuota.objects.of(doctor.pk)
    limit(image_limit=2)
    send()
    send()
    assert len(mail.outbox) == 1
    delete_images(UserImage.objects.visible_to(doctor))
    limit(image_limit=10)
    send()
    limit(image_limit=2)
    send()
    assert len(mail.outbox) == 2


def test_an_image_that_was_accepted_is_finished(doctor, send):
    """What its result takes cannot be known before; to fail it then would be lost work."""
    send()
    image = UserImage.objects.get()
    limit(storage_limit=image.stored_bytes)
    queue.work()
    image.refresh_from_db()
    assert image.status == "ready"
    quota = StorageQuota.objects.get()
    assert quota.storage_used == image.stored_bytes > quota.storage_limit
    assert quota.percent > 100


@pytest.mark.parametrize("language", ["fr", ""])
def test_the_mail_speaks_the_owner_s_language(doctor, send, language):
    """And the practice's, French, to whoever chose none."""
    doctor.language = language
    doctor.save()
    StorageQuota.objects.of(doctor.pk)
    limit(image_limit=1)
    send()
    assert "Votre galerie" in mail.outbox[0].subject


@pytest.fixture
def room_for_one(doctor):
    """In the doctor's gallery; and the bytes that an image of `upload()` takes."""
    image, _created = submit_image(user=doctor, upload=upload())
    erase_images(UserImage.objects.filter(pk=image.pk))
    limit(image_limit=1)
    return image.stored_bytes


def held():
    quota = StorageQuota.objects.get()
    return quota.image_count, quota.storage_used


def test_a_repeat_uses_the_room_of_an_upload_that_was_killed(doctor, room_for_one):
    """It would else be refused until `reconcile` came by, an hour later."""
    quotas.reserve(doctor, room_for_one, "k")
    _image, created = submit_image(user=doctor, upload=upload(), idempotency_key="k")
    assert created
    assert held() == (1, room_for_one)
    assert not Reservation.objects.exists()


@pytest.mark.parametrize("key", [None, "", "another"])
def test_room_that_is_held_is_nobody_else_s(doctor, room_for_one, key):
    """Two images would else be in the room of one."""
    quotas.reserve(doctor, room_for_one, "k")
    with pytest.raises(quotas.QuotaExceeded):
        submit_image(user=doctor, upload=upload(), idempotency_key=key)
    assert held() == (1, room_for_one)


def test_another_file_under_the_same_key_needs_its_own_room(doctor, room_for_one):
    """A larger one would else be stored in the room of a smaller."""
    quotas.reserve(doctor, room_for_one - 1, "k")
    with pytest.raises(quotas.QuotaExceeded):
        submit_image(user=doctor, upload=upload(), idempotency_key="k")
    assert held() == (1, room_for_one - 1)


def test_a_repeat_that_fails_leaves_the_room_to_the_first(doctor, room_for_one, backend):
    """The first would else be stored in room that somebody has taken meanwhile."""
    first = quotas.reserve(doctor, room_for_one, "k")
    with backend.broken("processed"), pytest.raises(StorageUnavailable):
        submit_image(user=doctor, upload=upload(), idempotency_key="k")
    assert Reservation.objects.get() == first
    assert held() == (1, room_for_one)


def test_who_is_overtaken_by_the_repeat_is_told_of_its_image(doctor, room_for_one, monkeypatch):
    """The first hangs in the storage; its repeat does not."""
    put, repeats, before = storage.put, [], blobs()

    def overtaken(*arguments):
        if not repeats:
            repeats.append(None)
            repeats[:] = submit_image(user=doctor, upload=upload(), idempotency_key="k")
        return put(*arguments)

    monkeypatch.setattr("imaging.storage.containers.put", overtaken)
    image, created = submit_image(user=doctor, upload=upload(), idempotency_key="k")
    assert (created, repeats) == (False, [image, True])
    assert held() == (1, room_for_one)
    assert not Reservation.objects.exists()
    assert len(blobs() - before) == 3


def test_what_is_put_away_takes_no_more_than_the_plan(
    doctor, patient, backend, django_capture_on_commit_callbacks
):
    """Whoever uploads and deletes in turn would else fill the disk, within every limit."""
    first, theirs = submitted(doctor), submitted(patient)
    delete_images(UserImage.objects.filter(pk=theirs.pk))
    StorageQuota.objects.filter(user=doctor).update(storage_limit=2.5 * first.stored_bytes)
    images = [first, submitted(doctor, 2)]
    for seed in (3, 4, 5, None):
        with django_capture_on_commit_callbacks(execute=True):
            delete_images(UserImage.objects.filter(pk=images[-1].pk))
        if seed:
            images.append(submitted(doctor, seed))
    away = UserImage.objects.filter(user=doctor, deleted_at__isnull=False)
    kept = sum(image.stored_bytes for image in away)
    assert {image.pk for image in away} == {image.pk for image in images[-2:]}, "the oldest go"
    assert kept <= StorageQuota.objects.get(user=doctor).storage_limit
    assert blobs() == {b for image in UserImage.objects.all() for b in image.blobs()}
    assert UserImage.objects.filter(pk=theirs.pk).exists(), "nobody else's"


def test_all_that_is_deleted_at_once_can_be_brought_back(doctor):
    """Somebody's limit was lowered below what they have: one wrong click must not cost it all."""
    images = [submitted(doctor, seed) for seed in (1, 2)]
    limit(storage_limit=images[0].stored_bytes)
    assert len(delete_images(UserImage.objects.filter(user=doctor))) == 2
    assert UserImage.objects.deleted_by(doctor).count() == 2


def submitted(user, seed=1):
    return submit_image(user=user, upload=upload(seed=seed))[0]


def test_a_repeat_that_comes_when_the_first_has_just_been_stored_takes_no_room(
    doctor, room_for_one, monkeypatch
):
    """The repeat has looked for a stored image and found none; then the first is stored; then the
    repeat asks for room. What it took would be refused to whoever has room by right."""
    limit(image_limit=2)
    reserve = quotas.reserve

    def submit(key):
        return submit_image(user=doctor, upload=upload(), idempotency_key=key)

    def reserve_late(*arguments):
        monkeypatch.setattr(quotas, "reserve", reserve)
        first.extend(submit("k"))
        try:
            return reserve(*arguments)
        finally:
            rightful.extend(submit("another"))

    first, rightful = [], []
    monkeypatch.setattr(quotas, "reserve", reserve_late)
    image, created = submit("k")
    assert (image, created) == (first[0], False)
    assert (first[1], rightful[1]) == (True, True)
    assert held() == (2, 2 * room_for_one)
    assert not Reservation.objects.exists()


def test_a_key_of_another_file_is_told_as_late_as_room_is_asked_for(
    doctor, room_for_one, monkeypatch
):
    """A different picture would else pass for the one that is stored."""
    reserve = quotas.reserve

    def reserve_late(*arguments):
        monkeypatch.setattr(quotas, "reserve", reserve)
        submit_image(user=doctor, upload=upload(), idempotency_key="k")
        return reserve(*arguments)

    monkeypatch.setattr(quotas, "reserve", reserve_late)
    with pytest.raises(IdempotencyKeyReused):
        submit_image(user=doctor, upload=upload(seed=2), idempotency_key="k")
    assert held() == (1, room_for_one)
