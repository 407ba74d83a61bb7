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


def upload_into_limited_room(room, uploads, by_number):
    """Upload `uploads` images at once where the quota has room for `room`: by count or by bytes."""
    owner = create_owner()
    first, _created = submit_image(user=owner, upload=upload())
    half = first.stored_bytes // 2
    limits = {"storage_limit": first.stored_bytes * (1 + room) + half}
    StorageQuota.objects.update(**({"image_limit": 1 + room} if by_number else limits))
    barrier = threading.Barrier(16)

    def send(number):
        if number < 16:
            barrier.wait()
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
    return leftovers() | {
        "answers": answers,
        "rows": UserImage.objects.count(),
        "count": quota.image_count,
        "drift": quota.storage_used - stored,
    }


def upload_repeats(keys):
    """Upload twelve at once with `keys` different idempotency keys and room for `keys` images."""
    owner = create_owner()
    StorageQuota.objects.update(image_limit=keys)
    barrier = threading.Barrier(12)

    def send(number):
        barrier.wait()
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
    return leftovers() | {
        "answers": sorted(Counter(key for key, _image, _created in answers).items()),
        "images": len({(key, image) for key, image, _created in answers}),
        "created": sum(created for _key, _image, created in answers),
        "count": StorageQuota.objects.get().image_count,
    }


def create_owner():
    owner = User.objects.create_user("owner@example.org", "x")
    StorageQuota.objects.of(owner.pk)
    return owner


def leftovers():
    return {
        "reservations": Reservation.objects.count(),
        "blobs": sum(len(list(storages[c].blobs())) for c in settings.CONTAINERS),
        "wrong": repair(dry_run=True),
    }
