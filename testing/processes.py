"""The application in processes of its own, as it is run: production's settings, an empty database.

Nothing of the tests' own database or storage reaches them (tools.servers.web.environment).
"""

import subprocess
import sys
from contextlib import contextmanager

import pytest

from tools.servers import postgres, web


@contextmanager
def postgresql(options=postgres.QUICK):
    """A `postgres.Cluster` that runs and is empty; the test is skipped where there is none."""
    try:
        postgres.programs()
    except postgres.Missing as missing:
        pytest.skip(str(missing))
    with postgres.server(options) as cluster:
        yield cluster


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """The DATABASE_URL of an empty database: once on each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'db.sqlite3'}"
    else:
        with postgresql() as cluster:
            yield cluster.url


class Installed:
    """`folder` holds its data and the logs of what it starts; `settings` are variables of the
    environment."""

    def __init__(self, folder, **settings):
        self.folder, self.started = folder, []
        self.environment = web.environment(folder, **settings)

    def manage(self, *arguments):
        """What a command of manage.py prints; one that fails fails the test."""
        done = web.manage(self.environment, *arguments, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def shell(self, code):
        return self.manage("shell", "-v0", "-c", code)

    def worker(self):
        """The process of one more queue worker, which is killed at the end of the test."""
        command = [sys.executable, "manage.py", "worker", "--no-reload", "--interval=0.1"]
        log = self.folder / f"worker-{len(self.started)}.log"
        with log.open("w") as out:
            process = subprocess.Popen(command, env=self.environment, stdout=out, stderr=out)
        process.said = log.read_text  # what it said so far
        self.started.append(process)
        return process

    def kill(self):
        for process in self.started:
            process.kill()
            process.wait()


@pytest.fixture
def install(tmp_path):
    """`install(DATABASE_URL=…, …)`: an `Installed` with its tables made."""
    made = []

    def migrated(**settings):
        made.append(Installed(tmp_path, **settings))
        made[-1].manage("migrate", "-v0")
        return made[-1]

    yield migrated
    for one in made:
        one.kill()
