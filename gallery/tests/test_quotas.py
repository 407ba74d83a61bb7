"""Room is counted to the byte, and whoever runs out of it is told in time, once."""

import pytest
from django.core import mail

from conftest import upload
from gallery import queue, services
from gallery.models import StorageQuota, UserImage

pytestmark = pytest.mark.django_db


@pytest.fixture
def send(doctor, django_capture_on_commit_callbacks):
    def submit():
        with django_capture_on_commit_callbacks() as callbacks:
            services.submit_image(user=doctor, upload=upload())
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
    services.delete_images(
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
    services.delete_images(UserImage.objects.visible_to(doctor))
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
