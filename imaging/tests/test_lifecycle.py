"""Database against storage: an orphan is swept, a loss is told, nothing young is touched."""

import os
import time
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import call_command

from conftest import blobs, photograph
from imaging import storage


def run(command, *args):
    out = StringIO()
    try:
        call_command(command, *args, stdout=out)
        status = 0
    except SystemExit as ended:
        status = ended.code
    return status, out.getvalue()


def path(container, name):
    return Path(settings.DERMAAI_DATA) / "media" / container / name


@pytest.fixture
def orphan():
    name = storage.put("processed", "left-behind.jpg", ContentFile(b"x"))
    old = time.time() - 3700
    os.utime(path("processed", name), (old, old))
    return ("processed", name)


def test_orphan_older_than_an_hour_is_deleted_and_nothing_else(image, orphan):
    young = ("processed", storage.put("processed", "under-way.jpg", ContentFile(b"x")))
    before = blobs()
    status, text = run("reconcile", "--dry-run")
    assert (status, blobs()) == (0, before)
    assert "orphan  processed/left-behind.jpg" in text
    status, text = run("reconcile")
    assert blobs() == before - {orphan}
    assert young in blobs()
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


def test_row_whose_blob_is_gone_is_told(image):
    path("thumbnails", image.thumbnail.name).unlink()
    status, text = run("reconcile")
    assert status == 1
    assert f"MISSING  thumbnails/{image.thumbnail.name}" in text
    assert image.original_filename not in text, "a file name may name a patient"


def test_verify(image):
    assert run("verify_images") == (0, "1 originals, 0 not as received.\n")
    original = path("originals", image.original.name)
    original.chmod(0o600)
    original.write_bytes(original.read_bytes()[:-1] + b"\0")
    status, text = run("verify_images")
    assert status == 1
    assert text.startswith(f"altered  consultations.ConsultationImage {image.pk}")
    original.unlink()
    assert run("verify_images")[1].startswith("missing  ")
