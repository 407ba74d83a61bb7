"""A backup of a site in use, restored elsewhere: otherwise a practice could lose its records."""

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from testing.processes import shell_code
from tools.servers import web
from tools.servers.postgres import programs

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.long


class Installation:
    """A site: a database, a media folder and the keys."""

    def __init__(self, folder, database, keys):
        bin = f"{programs()}{os.pathsep}{os.environ['PATH']}"
        self.data = folder / "data"
        self.environment = web.environment(
            self.data, DATABASE_URL=database, MEDIA_ACCEL="/protected-media/", PATH=bin, **keys
        )

    def start(self, *command):
        return subprocess.Popen(
            command, cwd=ROOT, env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def run(self, *command, status=0):
        process = self.start(*command)
        output, _ = process.communicate(timeout=300)
        assert process.returncode == status, output
        return output

    def manage(self, *arguments, **options):
        return self.run(sys.executable, "manage.py", *arguments, **options)

    def program(self, name, **arguments):
        return json.loads(self.manage("shell", "-v0", "-c", shell_code(name, **arguments)))


@pytest.fixture
def new_installation(tmp_path, server):
    """`new_installation(name)`: a site with an empty database; all sites share their keys."""
    if shutil.which("rsync") is None:
        pytest.skip("rsync is not installed (Debian: apt-get install rsync)")
    keys = {"SECRET_KEY": secrets.token_urlsafe(50), "AUDIT_KEY": secrets.token_urlsafe(50)}
    return lambda name: Installation(tmp_path / name, server.empty(), keys)


def backup_folder(output):
    """The folder that `deploy/backup` names last; rsync may have printed files that vanished."""
    return Path(output.splitlines()[-1].partition(":")[0])


def inodes(folder):
    return {path.relative_to(folder): path.stat().st_ino for path in folder.rglob("*.jpg")}


def test_backup_of_a_busy_site_restores_without_loss(new_installation, tmp_path):
    """Every restored row has its blob as received, and the audit log verifies."""
    site, backups, stop = new_installation("old"), tmp_path / "backups", tmp_path / "stop"
    backups.mkdir()
    site.manage("migrate", "-v0")
    site.program("practice.create")
    worker = site.start(sys.executable, "manage.py", "worker", "--no-reload", "--interval=0.1")
    upload_code = shell_code("practice.upload_until", stop=str(stop))
    practice = site.start(sys.executable, "manage.py", "shell", "-v0", "-c", upload_code)
    try:
        counts = site.program("practice.counts", images=30)
        assert counts["images"] >= 30, "no uploads are being stored"
        first_backup = backup_folder(site.run("deploy/backup", str(backups)))
        time.sleep(1.1)  # backup folders are named by the second
        audit_end = re.search(r"\d+:[0-9a-f]{64}", site.manage("verify_audit"))[0]
        second_backup = backup_folder(site.run("deploy/backup", str(backups)))
    finally:
        stop.touch()
        output, _ = practice.communicate(timeout=120)
        worker.terminate()
        worker.communicate(timeout=120)
    assert practice.returncode == 0, output
    assert not list(backups.glob("*.part"))
    assert (second_backup / "database.dump").stat().st_mode & 0o077 == 0, "it holds patients' names"
    first_inodes, second_inodes = inodes(first_backup / "media"), inodes(second_backup / "media")
    unchanged = [name for name in first_inodes if second_inodes.get(name) == first_inodes[name]]
    assert len(unchanged) >= 10, "unchanged files are hard links"

    restored_site = new_installation("new")
    output = restored_site.run("deploy/restore", str(second_backup))
    counts = restored_site.program("practice.counts")
    assert counts["images"] >= 10
    assert f"{counts['images']} originals, 0 not as received" in output
    assert " 0 missing" in output
    restored_site.manage("verify_audit", "--since", audit_end)
    originals = (restored_site.data / "media/originals").iterdir()
    # The first: the last ones may be of uploads that had no row yet when the database was dumped.
    blob = min(originals, key=lambda path: path.stat().st_mtime_ns)
    assert blob.stat().st_mode & 0o777 == 0o640, "nginx must be able to read it"
    refused = restored_site.run("deploy/restore", str(second_backup), status=1)
    assert "make an empty one" in refused

    blob.unlink()
    assert restored_site.manage("verify_images", status=1).count("missing") == 1


def test_failed_backup_leaves_no_backup_folder(new_installation, tmp_path):
    """Somebody would find out on the day that they need it."""
    site, backups = new_installation("old"), tmp_path / "backups"
    (backups / "20200101T000000Z").mkdir(parents=True)
    os.utime(backups / "20200101T000000Z", (0, 0))
    (site.data / "media").mkdir(parents=True)
    site.environment["DATABASE_URL"] += "-that-is-not-there"
    site.run("deploy/backup", str(backups), status=1)
    assert [path.name for path in backups.iterdir()] == ["20200101T000000Z"], "the old ones stay"
