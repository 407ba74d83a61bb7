"""Two real workers on one database, one killed at work: everything is done, and nothing twice."""

import json
import os
import secrets
import signal
import subprocess
import sys
import time

import pytest

IMAGES = 100
LEASE = 4  # seconds: what a killed worker's image waits for
FILL = """
from accounts.models import User
from conftest import upload
from gallery import services
owner = User.objects.create_user("owner@example.org", "x", full_name="Owner")
for number in range({images}):
    services.submit_image(user=owner, upload=upload(), engine="lesion", title=str(number))
"""
TELL = """
import json
from collections import Counter
from django.conf import settings
from django.core.files.storage import storages
from gallery.lifecycle import mend
from gallery.models import StorageQuota, UserImage
rows = list(UserImage.objects.all())
stored = sorted([c, n] for c in settings.CONTAINERS for n, _ in storages[c].blobs())
print(json.dumps({
    "status": Counter(row.status for row in rows),
    "attempts": Counter(row.attempts for row in rows),
    "in_work": sum(row.status == "processing" for row in rows),
    "used": StorageQuota.objects.get().storage_used,
    "sum": sum(row.stored_bytes for row in rows),
    "orphans": [b for b in stored if tuple(b) not in {x for row in rows for x in row.blobs()}],
    "missing": [x for row in rows for x in row.blobs() if list(x) not in stored],
    "wrong": mend(only_tell=True),
}))
"""


@pytest.fixture
def manage(tmp_path):
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "dermaai.settings",
        "DERMAAI_DATA": str(tmp_path),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DEBUG": "0",
        "PROCESSING_LEASE": str(LEASE),
    }
    started = []

    def run(*arguments, wait=True):
        command = [sys.executable, "manage.py", *arguments]
        if wait:
            done = subprocess.run(command, env=environment, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            return done.stdout
        log = (tmp_path / f"worker-{len(started)}.log").open("w")
        started.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.wait()


def told(manage):
    return json.loads(manage("shell", "-v0", "-c", TELL))


def until(manage, true, seconds=90):
    deadline = time.monotonic() + seconds
    while not true(found := told(manage)):
        assert time.monotonic() < deadline, found
        time.sleep(0.2)
    return found


def test_one_of_two_workers_is_killed(manage):
    """Lost would be: the image that it held, bytes that count twice, blobs that no row knows."""
    manage("migrate", "-v0")
    manage("shell", "-v0", "-c", FILL.format(images=IMAGES))
    first, second = (manage("worker", "--no-reload", "--interval=0.1", wait=False) for _ in "12")
    until(manage, lambda found: found["status"].get("ready", 0) >= 10)
    first.send_signal(signal.SIGKILL)
    first.wait()
    found = until(manage, lambda found: found["status"] == {"ready": IMAGES})
    assert found["attempts"].pop("1") >= IMAGES - 1, "none was taken twice but the one in its hand"
    assert set(found["attempts"]) <= {"2"}
    assert (found["used"], found["orphans"], found["missing"]) == (found["sum"], [], [])
    assert found["wrong"] == 0
    second.send_signal(signal.SIGTERM)
    assert second.wait(20) == 0


def test_a_worker_that_is_asked_to_stop_finishes_what_it_holds(manage):
    """An upgrade would else cost every image in work a lease of waiting."""
    manage("migrate", "-v0")
    manage("shell", "-v0", "-c", FILL.format(images=12))
    worker = manage("worker", "--no-reload", "--interval=0.1", wait=False)
    until(manage, lambda found: found["status"].get("ready", 0) >= 1)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    found = told(manage)
    assert found["in_work"] == 0
    assert set(found["attempts"]) <= {"0", "1"}
