"""Database against storage: orphans are deleted, losses reported, recent blobs left alone."""

import os
import time
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command

from imaging import storage
from testing.cast import blobs, photograph


def run_command(command, *args):
    out = StringIO()
    try:
        call_command(command, *args, stdout=out)
        status = 0
    except SystemExit as exit_:
        status = exit_.code
    return status, out.getvalue()


@pytest.mark.usefixtures("backend")
def test_reconcile_deletes_only_orphans_older_than_an_hour(image):
    orphan = ("processed", storage.put("processed", "left-behind.jpg", ContentFile(b"x")))
    time.sleep(2.1)  # Azure's timestamps have whole seconds
    stored_at = time.time()
    storage.put("processed", "under-way.jpg", ContentFile(b"x"))
    image_blobs = {(container, name) for container, name in image.blobs()}
    blobs_before = blobs()
    with time_machine.travel(stored_at + 3600 - 1, tick=False):
        status, text = run_command("reconcile", "--dry-run")
        assert (status, blobs()) == (0, blobs_before)
        assert "orphan  processed/left-behind.jpg" in text
        assert "under-way" not in text
        status, text = run_command("reconcile")
    assert blobs() == blobs_before - {orphan} >= image_blobs
    assert "1 rows, 5 blobs: 1 orphans, 0 missing, 0 abandoned uploads." in text


def test_reconcile_removes_abandoned_upload_files(db):
    """A patient's photograph must not stay in a temporary folder for ever."""
    folder = Path(settings.FILE_UPLOAD_TEMP_DIR)
    old, young = (folder / f"{name}.upload.jpg" for name in ("old", "young"))
    for file in (old, young):
        file.write_bytes(photograph())
    os.utime(old, (time.time() - 3700,) * 2)
    assert "1 abandoned uploads" in run_command("reconcile", "--dry-run")[1]
    assert old.exists()
    run_command("reconcile")
    assert (old.exists(), young.exists()) == (False, True)
    young.unlink()


@pytest.mark.usefixtures("backend")
def test_reconcile_reports_rows_without_blobs(image):
    storage.delete("thumbnails", image.thumbnail.name)
    status, text = run_command("reconcile")
    assert status == 1
    assert f"MISSING  thumbnails/{image.thumbnail.name}" in text
    assert image.original_filename not in text, "file names may contain patients' names"


def test_commands_stop_when_storage_does_not_answer(image, azure):
    """Otherwise every image is reported as lost during an outage."""
    with azure.broken("processed"), pytest.raises(CommandError, match="does not answer"):
        run_command("reconcile")
    with azure.broken("originals"):
        assert run_command("verify_images")[1].startswith("unreadable (ResourceNotFoundError)  ")


@pytest.mark.usefixtures("backend")
def test_verify_images_reports_altered_and_missing_originals(image):
    assert run_command("verify_images") == (0, "1 originals, 0 not as received.\n")
    name = image.original.name
    data = b"".join(storage.chunks("originals", name))
    storage.replace("originals", name, ContentFile(data[:-1] + b"\0"))
    status, text = run_command("verify_images")
    assert status == 1
    assert text.startswith(f"altered  consultations.ConsultationImage {image.pk}")
    storage.delete("originals", name)
    assert run_command("verify_images")[1].startswith("missing  ")


@pytest.mark.usefixtures("backend", "db")
def test_reconcile_older_than_takes_minutes():
    """On a stopped site with a full disk, leftovers can be removed at once."""
    storage.put("processed", "left-behind.jpg", ContentFile(b"x"))
    leftover = Path(settings.FILE_UPLOAD_TEMP_DIR) / "left.upload.jpg"
    leftover.write_bytes(photograph())
    os.utime(leftover, (time.time() - 4 * 60,) * 2)
    time.sleep(2.1)  # Azure's timestamps have whole seconds
    assert "0 orphans, 0 missing, 0 abandoned" in run_command("reconcile", "--older-than", "5")[1]
    report = run_command("reconcile", "--older-than", "3", "--dry-run")[1]
    assert "0 orphans, 0 missing, 1 abandoned" in report, "the unit is minutes"
    assert "1 orphans, 0 missing, 1 abandoned" in run_command("reconcile", "--older-than", "0")[1]
    assert blobs() == set()
    assert not leftover.exists()
