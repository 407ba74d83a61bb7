"""A backup while people work, restored elsewhere. Lost would be else: a practice's record."""

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

from testing.processes import calling
from tools.servers import web
from tools.servers.postgres import programs

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.long


class Server:
    """A machine: a database, a folder of media, the keys."""

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
        told, _ = process.communicate(timeout=300)
        assert process.returncode == status, told
        return told

    def manage(self, *arguments, **options):
        return self.run(sys.executable, "manage.py", *arguments, **options)

    def program(self, name):
        return json.loads(self.manage("shell", "-v0", "-c", calling(name)))


@pytest.fixture
def servers(tmp_path, server):
    """`servers(name)`: each with a database of its own, empty, all with the same keys."""
    if shutil.which("rsync") is None:
        pytest.skip("rsync is not installed (Debian: apt-get install rsync)")
    keys = {"SECRET_KEY": secrets.token_urlsafe(50), "AUDIT_KEY": secrets.token_urlsafe(50)}
    return lambda name: Server(tmp_path / name, server.empty(), keys)


def told_of(output):
    """The folder that `deploy/backup` names last; rsync may have said before what vanished."""
    return Path(output.splitlines()[-1].partition(":")[0])


def inodes(folder):
    return {path.relative_to(folder): path.stat().st_ino for path in folder.rglob("*.jpg")}


def test_backup_while_people_work_restored_elsewhere(servers, tmp_path):
    """Every row that comes back has its blob as it was received, and the audit log is whole."""
    old, backups, stop = servers("old"), tmp_path / "backups", tmp_path / "stop"
    backups.mkdir()
    old.manage("migrate", "-v0")
    old.program("practice.begin")
    worker = old.start(sys.executable, "manage.py", "worker", "--no-reload", "--interval=0.1")
    working = calling("practice.work", stop=str(stop))
    people = old.start(sys.executable, "manage.py", "shell", "-v0", "-c", working)
    try:
        until = time.monotonic() + 240
        while old.program("practice.told")["images"] < 30:
            assert time.monotonic() < until, "nobody works"
            time.sleep(0.1)
        first = told_of(old.run("deploy/backup", str(backups)))
        time.sleep(1.1)  # their names are seconds
        noted = re.search(r"\d+:[0-9a-f]{64}", old.manage("verify_audit"))[0]
        second = told_of(old.run("deploy/backup", str(backups)))
    finally:
        stop.touch()
        told, _ = people.communicate(timeout=120)
        worker.terminate()
        worker.communicate(timeout=120)
    assert people.returncode == 0, told
    assert not list(backups.glob("*.part"))
    assert (second / "database.dump").stat().st_mode & 0o077 == 0, "patients' names"
    before, after = inodes(first / "media"), inodes(second / "media")
    same = [name for name in before if after.get(name) == before[name]]
    assert len(same) >= 10, "what has not changed is stored once"

    new = servers("new")
    told = new.run("deploy/restore", str(second))
    held = new.program("practice.told")
    assert held["images"] >= 10
    assert f"{held['images']} originals, 0 not as received" in told
    assert " 0 missing" in told
    new.manage("verify_audit", "--since", noted)
    blob = next((new.data / "media/originals").iterdir())
    assert blob.stat().st_mode & 0o777 == 0o640, "nginx sends it"
    refused = new.run("deploy/restore", str(second), status=1)
    assert "make an empty one" in refused

    blob.unlink()
    assert new.manage("verify_images", status=1).count("missing") == 1


def test_a_backup_that_fails_is_none(servers, tmp_path):
    """Somebody would find out on the day that they need it."""
    old, backups = servers("old"), tmp_path / "backups"
    (backups / "20200101T000000Z").mkdir(parents=True)
    os.utime(backups / "20200101T000000Z", (0, 0))
    (old.data / "media").mkdir(parents=True)
    old.environment["DATABASE_URL"] += "-that-is-not-there"
    old.run("deploy/backup", str(backups), status=1)
    assert [path.name for path in backups.iterdir()] == ["20200101T000000Z"], "the old ones stay"
