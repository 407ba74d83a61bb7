"""Database against storage: an orphan is swept, a loss is told, nothing young is touched."""

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


def run(command, *args):
    out = StringIO()
    try:
        call_command(command, *args, stdout=out)
        status = 0
    except SystemExit as ended:
        status = ended.code
    return status, out.getvalue()


@pytest.mark.usefixtures("backend")
def test_orphan_older_than_an_hour_is_deleted_and_nothing_else(image):
    orphan = ("processed", storage.put("processed", "left-behind.jpg", ContentFile(b"x")))
    time.sleep(2.1)  # Azure's clock goes by seconds
    moment = time.time()
    storage.put("processed", "under-way.jpg", ContentFile(b"x"))
    mine = {(container, name) for container, name in image.blobs()}
    before = blobs()
    with time_machine.travel(moment + 3600 - 1, tick=False):
        status, text = run("reconcile", "--dry-run")
        assert (status, blobs()) == (0, before)
        assert "orphan  processed/left-behind.jpg" in text
        assert "under-way" not in text
        status, text = run("reconcile")
    assert blobs() == before - {orphan} >= mine
    assert "1 rows, 5 blobs: 1 orphans, 0 missing, 0 abandoned uploads." in text


def test_upload_of_a_killed_process_is_removed(db):
    """A patient's photograph must not lie in a folder of temporary files for ever."""
    folder = Path(settings.FILE_UPLOAD_TEMP_DIR)
    old, young = (folder / f"{name}.upload.jpg" for name in ("old", "young"))
    for file in (old, young):
        file.write_bytes(photograph())
    os.utime(old, (time.time() - 3700,) * 2)
    assert "1 abandoned uploads" in run("reconcile", "--dry-run")[1]
    assert old.exists()
    run("reconcile")
    assert (old.exists(), young.exists()) == (False, True)
    young.unlink()


@pytest.mark.usefixtures("backend")
def test_row_whose_blob_is_gone_is_told(image):
    storage.delete("thumbnails", image.thumbnail.name)
    status, text = run("reconcile")
    assert status == 1
    assert f"MISSING  thumbnails/{image.thumbnail.name}" in text
    assert image.original_filename not in text, "a file name may name a patient"


def test_a_storage_that_is_gone_is_not_an_empty_one(image, azure):
    """Every image would be told as lost, and every orphan as swept."""
    with azure.broken("processed"), pytest.raises(CommandError, match="does not answer"):
        run("reconcile")
    with azure.broken("originals"):
        assert run("verify_images")[1].startswith("unreadable (ResourceNotFoundError)  ")


@pytest.mark.usefixtures("backend")
def test_verify_images_names_an_altered_original(image):
    assert run("verify_images") == (0, "1 originals, 0 not as received.\n")
    name = image.original.name
    data = b"".join(storage.chunks("originals", name))
    storage.replace("originals", name, ContentFile(data[:-1] + b"\0"))
    status, text = run("verify_images")
    assert status == 1
    assert text.startswith(f"altered  consultations.ConsultationImage {image.pk}")
    storage.delete("originals", name)
    assert run("verify_images")[1].startswith("missing  ")


@pytest.mark.usefixtures("backend", "db")
def test_a_stopped_site_need_not_wait_an_hour():
    """After a full disk: what it left behind is the room that is needed now."""
    storage.put("processed", "left-behind.jpg", ContentFile(b"x"))
    left = Path(settings.FILE_UPLOAD_TEMP_DIR) / "left.upload.jpg"
    left.write_bytes(photograph())
    os.utime(left, (time.time() - 4 * 60,) * 2)
    time.sleep(2.1)  # Azure's clock goes by seconds
    assert "0 orphans, 0 missing, 0 abandoned" in run("reconcile", "--older-than", "5")[1]
    looked = run("reconcile", "--older-than", "3", "--dry-run")[1]
    assert "0 orphans, 0 missing, 1 abandoned" in looked, "they are minutes"
    assert "1 orphans, 0 missing, 1 abandoned" in run("reconcile", "--older-than", "0")[1]
    assert blobs() == set()
    assert not left.exists()
