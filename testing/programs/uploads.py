"""Uploads into one gallery from many threads at once."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.core.files.storage import storages
from django.db import connection

from accounts.models import User
from gallery.models import Reservation, StorageQuota, UserImage
from gallery.services.images import submit_image
from gallery.services.quotas import QuotaExceeded
from gallery.services.repair import repair
from testing.cast import upload


def into_room(room, uploads, by_number):
    """`uploads` images where there is room for `room`, by their number or by their bytes."""
    owner = _owner()
    one, _created = submit_image(user=owner, upload=upload())
    half = one.stored_bytes // 2
    limits = {"storage_limit": one.stored_bytes * (1 + room) + half}
    StorageQuota.objects.update(**({"image_limit": 1 + room} if by_number else limits))
    together = threading.Barrier(16)

    def send(number):
        if number < 16:
            together.wait()
        try:
            submit_image(user=owner, upload=upload())
            return "stored"
        except QuotaExceeded:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        answers = Counter(pool.map(send, range(uploads)))
    quota = StorageQuota.objects.get()
    stored = sum(UserImage.objects.values_list("stored_bytes", flat=True))
    return _left() | {
        "answers": answers,
        "rows": UserImage.objects.count(),
        "count": quota.image_count,
        "drift": quota.storage_used - stored,
    }


def repeated(keys):
    """Twelve at once with so many different keys, where there is room for so many images."""
    owner = _owner()
    StorageQuota.objects.update(image_limit=keys)
    together = threading.Barrier(12)

    def send(number):
        together.wait()
        try:
            key = f"key {number % keys}"
            image, created = submit_image(user=owner, upload=upload(), idempotency_key=key)
            return key, str(image.pk), created
        except QuotaExceeded:
            return "refused", "", False
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(send, range(12)))
    return _left() | {
        "told": sorted(Counter(key for key, _image, _created in answers).items()),
        "images": len({(key, image) for key, image, _created in answers}),
        "created": sum(created for _key, _image, created in answers),
        "count": StorageQuota.objects.get().image_count,
    }


def _owner():
    owner = User.objects.create_user("owner@example.org", "x")
    StorageQuota.objects.of(owner.pk)
    return owner


def _left():
    return {
        "reservations": Reservation.objects.count(),
        "blobs": sum(len(list(storages[c].blobs())) for c in settings.CONTAINERS),
        "wrong": repair(dry_run=True),
    }
