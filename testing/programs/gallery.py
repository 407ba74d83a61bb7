"""Fills a gallery with jobs for workers, and reports their progress."""

import time
from collections import Counter

from django.conf import settings
from django.core.files.storage import storages
from django_tasks_db.models import DBTaskResult

from accounts.models import User
from gallery.models import StorageQuota, UserImage
from gallery.services.images import submit_image
from gallery.services.repair import repair
from testing.cast import upload

PATIENCE = 300  # seconds


def fill(images):
    owner = User.objects.create_user("owner@example.org", "x", full_name="Owner")
    for number in range(images):
        submit_image(user=owner, upload=upload(), engine="lesion", title=str(number))


def state(ready, idle):
    """The state of the gallery as soon as `ready` images are ready and, if `idle`, no task is
    running; at the latest after PATIENCE."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and (
        UserImage.objects.filter(status="ready").count() < ready
        or (idle and DBTaskResult.objects.running().exists())
    ):
        time.sleep(0.1)
    rows = list(UserImage.objects.all())
    stored = {(c, name) for c in settings.CONTAINERS for name, _ in storages[c].blobs()}
    referenced = {blob for row in rows for blob in row.blobs()}
    return {
        "status": Counter(row.status for row in rows),
        "attempts": Counter(row.attempts for row in rows),
        "tasks_running": DBTaskResult.objects.running().count(),
        "processing": sum(row.status == "processing" for row in rows),
        "used": StorageQuota.objects.get().storage_used,
        "sum": sum(row.stored_bytes for row in rows),
        "orphans": sorted(stored - referenced),
        "missing": sorted(referenced - stored),
        "wrong": repair(dry_run=True),
    }


def process_one():
    """Upload one image and wait for a worker to process it. Returns its status."""
    owner = User.objects.create_user("owner@example.org", "x", full_name="Owner")
    image, _created = submit_image(user=owner, upload=upload(), engine="lesion")
    deadline = time.monotonic() + 120
    while image.status != "ready" and time.monotonic() < deadline:
        time.sleep(0.05)
        image.refresh_from_db()
    return image.status
