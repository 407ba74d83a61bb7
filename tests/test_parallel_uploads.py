"""Fifty uploads at once into room for ten: exactly ten, on both databases, by real threads.

Lost would be: room that nobody paid for, or an image that was refused though there was room.
"""

import json

import pytest

pytestmark = pytest.mark.long

ROOM, UPLOADS = 10, 50
SCRIPT = """
import json, threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from django.conf import settings
from django.core.files.storage import storages
from django.db import connection
from accounts.models import User
from testing.cast import upload
from gallery import services
from gallery.lifecycle import repair
from gallery.models import Reservation, StorageQuota, UserImage
from gallery.quotas import QuotaExceeded

owner = User.objects.create_user("owner@example.org", "x")
StorageQuota.objects.of(owner.pk)
one, _created = services.submit_image(user=owner, upload=upload())
limits = {{"image_limit": 1 + {room}}} if {by_number} else {{
    "storage_limit": one.stored_bytes * (1 + {room}) + one.stored_bytes // 2
}}
StorageQuota.objects.update(**limits)
together = threading.Barrier(16)

def send(number):
    if number < 16:
        together.wait()
    try:
        services.submit_image(user=owner, upload=upload())
        return "stored"
    except QuotaExceeded:
        return "refused"
    finally:
        connection.close()

with ThreadPoolExecutor(16) as pool:
    answers = Counter(pool.map(send, range({uploads})))
quota = StorageQuota.objects.get()
blobs = [n for c in settings.CONTAINERS for n, _ in storages[c].blobs()]
print(json.dumps({{
    "answers": answers,
    "rows": UserImage.objects.count(),
    "count": quota.image_count,
    "drift": quota.storage_used - sum(UserImage.objects.values_list("stored_bytes", flat=True)),
    "reservations": Reservation.objects.count(),
    "blobs": len(blobs),
    "wrong": repair(only_tell=True),
}}))
"""


@pytest.mark.parametrize("by_number", [True, False], ids=["images", "bytes"])
def test_exactly_as_many_as_there_is_room_for(install, database, by_number):
    script = SCRIPT.format(room=ROOM, uploads=UPLOADS, by_number=by_number)
    told = json.loads(install(DATABASE_URL=database).shell(script))
    assert told["answers"] == {"stored": ROOM, "refused": UPLOADS - ROOM}
    assert (told["rows"], told["count"]) == (ROOM + 1, ROOM + 1)
    assert (told["drift"], told["reservations"], told["wrong"]) == (0, 0, 0)
    assert told["blobs"] == 3 * (ROOM + 1), "what was refused left nothing"


REPEATED = """
import json, threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from django.conf import settings
from django.core.files.storage import storages
from django.db import connection
from accounts.models import User
from testing.cast import upload
from gallery import services
from gallery.lifecycle import repair
from gallery.models import Reservation, StorageQuota
from gallery.quotas import QuotaExceeded

owner = User.objects.create_user("owner@example.org", "x")
StorageQuota.objects.of(owner.pk)
StorageQuota.objects.update(image_limit={keys})
together = threading.Barrier(12)

def send(number):
    together.wait()
    try:
        key = f"key {{number % {keys}}}"
        image, created = services.submit_image(user=owner, upload=upload(), idempotency_key=key)
        return key, str(image.pk), created
    except QuotaExceeded:
        return "refused", "", False
    finally:
        connection.close()

with ThreadPoolExecutor(12) as pool:
    answers = list(pool.map(send, range(12)))
quota = StorageQuota.objects.get()
print(json.dumps({{
    "told": sorted(Counter(key for key, _image, _created in answers).items()),
    "images": len({{(key, image) for key, image, _created in answers}}),
    "created": sum(created for _key, _image, created in answers),
    "count": quota.image_count,
    "reservations": Reservation.objects.count(),
    "blobs": sum(len(list(storages[c].blobs())) for c in settings.CONTAINERS),
    "wrong": repair(only_tell=True),
}}))
"""


@pytest.mark.parametrize("keys", [1, 3])
def test_a_repeat_sent_at_once_needs_no_room_of_its_own(install, database, keys):
    """Whoever has room for one more would else hear that there is none, of the very image that is
    being stored."""
    told = json.loads(install(DATABASE_URL=database).shell(REPEATED.format(keys=keys)))
    assert told["told"] == [[f"key {number}", 12 // keys] for number in range(keys)]
    assert (told["images"], told["created"], told["count"]) == (keys, keys, keys)
    assert (told["reservations"], told["wrong"], told["blobs"]) == (0, 0, 3 * keys)
