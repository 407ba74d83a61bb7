"""The application in processes of its own, as it is run: production's settings, and a database with
tables and nothing in them (testing/databases.py), or what a test gives it.

Nothing of the tests' own database or storage reaches them (tools.servers.web.environment).
"""

import json
import subprocess
import sys
from contextlib import contextmanager

import pytest
from django.conf import settings as django_settings

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


def calling(name, **arguments):
    """The code of `manage.py shell` that prints, as JSON, what a function of testing.programs
    returns."""
    module, _, function = name.partition(".")
    return (
        f"import json; from testing.programs import {module};"
        f"print(json.dumps({module}.{function}(**{arguments!r})))"
    )


class Installed:
    """`folder` holds its data and the logs of what it starts; `settings` are variables of the
    environment."""

    def __init__(self, folder, **settings):
        self.folder, self.started = folder, []
        # By its key the head of the audit log was sealed when the tables were made.
        key = {"SECRET_KEY": django_settings.SECRET_KEY}
        self.environment = web.environment(folder, **(key | settings))

    def manage(self, *arguments, **options):
        """What a command of manage.py prints; one that fails fails the test. `options` are
        `subprocess.run`'s."""
        options |= {"check": False, "capture_output": True, "text": True}
        done = web.manage(self.environment, *arguments, **options)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def shell(self, code):
        return self.manage("shell", "-v0", "-c", code)

    def program(self, name, **arguments):
        """What a function of testing.programs returns: `module.function`."""
        return json.loads(self.shell(calling(name, **arguments)))

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
def install(tmp_path, sqlite_files):
    """`install(DATABASE_URL=…, …)`: an `Installed`; without it, on SQLite with its tables made."""
    made = []

    def installed(**settings):
        if "DATABASE_URL" not in settings:
            sqlite_files.copy(tmp_path / "db.sqlite3")
        made.append(Installed(tmp_path, **settings))
        return made[-1]

    yield installed
    for one in made:
        one.kill()
