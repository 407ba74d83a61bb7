"""kill -9 of a web worker at any moment of an upload: nothing is lost or half stored.

What was acknowledged is there and hashes right; what was not is a blob without a row at most,
and `reconcile` removes it.
"""

import hashlib
import http.client
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import suppress

import pytest

from bench import uploads
from conftest import photograph

pytestmark = pytest.mark.xdist_group("killed")
DELAYS = (0.02, 0.06, 0.1, 0.15, 0.2, 0.3)  # seconds after the upload began


@pytest.fixture(scope="module")
def killed(tmp_path_factory):
    """(data folder, answers acknowledged, bytes sent) after a worker was killed again and again."""
    folder = tmp_path_factory.mktemp("data")
    data = photograph(size=(4000, 3000))
    acknowledged = []
    with uploads.server(folder) as (port, _worker, parent):
        client = uploads.Client(port, data)
        acknowledged.append(client.upload())  # one in peace

        def upload():
            with suppress(OSError, http.client.HTTPException):  # it was killed under us
                acknowledged.append(uploads.Client(port, data).upload())

        for delay in DELAYS:
            sender = threading.Thread(target=upload)
            sender.start()
            time.sleep(delay)
            for worker in uploads.children(parent):
                os.kill(worker, signal.SIGKILL)
            sender.join()
        uploads.until(lambda: uploads.children(parent))
        acknowledged.append(uploads.Client(port, data).upload())
    return folder, acknowledged, data


def rows(folder):
    with sqlite3.connect(folder / "db.sqlite3") as database:
        return database.execute(
            "SELECT id, original, display, thumbnail, sha256 FROM consultations_consultationimage"
        ).fetchall()


def stored(folder):
    return {
        path.relative_to(folder / "media").as_posix()
        for path in (folder / "media").rglob("*")
        if path.is_file()
    }


def test_what_was_acknowledged_is_there(killed):
    folder, acknowledged, data = killed
    assert 2 <= len(acknowledged) < len(DELAYS) + 2, "some were killed at work, and it came back"
    there = {row[0]: row for row in rows(folder)}
    for image in acknowledged:
        _id, original, *_rest, sha256 = there[image["id"]]
        assert (folder / "media" / "originals" / original).read_bytes() == data
        assert sha256 == image["sha256"] == hashlib.sha256(data).hexdigest()


def test_no_row_points_at_nothing(killed):
    folder, _acknowledged, _data = killed
    for _id, original, display, thumbnail, _sha256 in rows(folder):
        assert {f"originals/{original}", f"processed/{display}", f"thumbnails/{thumbnail}"} <= (
            stored(folder)
        )


def test_reconcile_removes_the_rest(killed):
    folder, _acknowledged, _data = killed
    old = time.time() - 2 * 3600
    for path in [*(folder / "media").rglob("*"), *(folder / "uploads").iterdir()]:
        os.utime(path, (old, old))
    environment = os.environ | {"DERMAAI_DATA": str(folder), "SECRET_KEY": "x" * 50}
    command = [sys.executable, "manage.py", "reconcile"]
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    subprocess.run(command, check=True, capture_output=True, env=environment)
    wanted = {
        f"{container}/{name}"
        for _id, *names, _sha256 in rows(folder)
        for container, name in zip(("originals", "processed", "thumbnails"), names, strict=True)
    }
    assert stored(folder) == wanted
    assert not list((folder / "uploads").glob("*"))
