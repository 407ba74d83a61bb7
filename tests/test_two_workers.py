"""Two real workers on one database, one killed at work: everything is done, and nothing twice."""

import json
import signal

import pytest

pytestmark = pytest.mark.long

IMAGES = 40
LEASE = 4  # seconds: what a killed worker's image waits for
FILL = """
from accounts.models import User
from testing.cast import upload
from gallery import services
owner = User.objects.create_user("owner@example.org", "x", full_name="Owner")
for number in range({images}):
    services.submit_image(user=owner, upload=upload(), engine="lesion", title=str(number))
"""
# As soon as so many are ready, and if asked for, no task is in work; else how things are by then.
TELL = """
import json, time
from collections import Counter
from django.conf import settings
from django.core.files.storage import storages
from django_tasks_db.models import DBTaskResult
from gallery.lifecycle import repair
from gallery.models import StorageQuota, UserImage
deadline = time.monotonic() + 90
while time.monotonic() < deadline and (
    UserImage.objects.filter(status="ready").count() < READY
    or IDLE and DBTaskResult.objects.running().exists()
):
    time.sleep(0.1)
rows = list(UserImage.objects.all())
stored = sorted([c, n] for c in settings.CONTAINERS for n, _ in storages[c].blobs())
print(json.dumps({
    "status": Counter(row.status for row in rows),
    "attempts": Counter(row.attempts for row in rows),
    "tasks_in_work": DBTaskResult.objects.running().count(),
    "in_work": sum(row.status == "processing" for row in rows),
    "used": StorageQuota.objects.get().storage_used,
    "sum": sum(row.stored_bytes for row in rows),
    "orphans": [b for b in stored if tuple(b) not in {x for row in rows for x in row.blobs()}],
    "missing": [x for row in rows for x in row.blobs() if list(x) not in stored],
    "wrong": repair(only_tell=True),
}))
"""


def fill(here, images):
    here.shell(FILL.format(images=images))


def told(here, *, ready, idle=False):
    return json.loads(here.shell(f"READY, IDLE = {ready}, {idle}\n{TELL}"))


def test_one_of_two_workers_is_killed(install, database):
    """Lost would be: the image that it held, bytes that count twice, blobs that no row knows."""
    here = install(DATABASE_URL=database, PROCESSING_LEASE=str(LEASE))
    fill(here, IMAGES)
    first, second = here.worker(), here.worker()
    assert told(here, ready=5)["status"]["queued"], "it was killed too late to leave work behind"
    first.send_signal(signal.SIGKILL)
    first.wait()
    found = told(here, ready=IMAGES, idle=True)
    assert (found["status"], found["tasks_in_work"]) == ({"ready": IMAGES}, 0)
    assert found["attempts"].pop("1") >= IMAGES - 1, "none was taken twice but the one in its hand"
    assert set(found["attempts"]) <= {"2"}
    assert (found["used"], found["orphans"], found["missing"]) == (found["sum"], [], [])
    assert found["wrong"] == 0
    second.send_signal(signal.SIGTERM)
    assert second.wait(20) == 0


def test_a_worker_that_is_asked_to_stop_finishes_what_it_holds(install, database):
    """An upgrade would else cost every image in work a lease of waiting."""
    here = install(DATABASE_URL=database)
    fill(here, 12)
    worker = here.worker()
    told(here, ready=1)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    found = told(here, ready=0)
    assert found["in_work"] == 0
    assert set(found["attempts"]) <= {"0", "1"}
