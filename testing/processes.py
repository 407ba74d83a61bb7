"""The application in separate processes, as in production: with production settings and a migrated,
empty database (testing/databases.py), or one that the test provides.

They see nothing of the tests' own database or storage (tools.servers.web.environment).
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
    """Yields a running, empty `postgres.Cluster`; skips the test where PostgreSQL is missing."""
    try:
        postgres.programs()
    except postgres.Missing as missing:
        pytest.skip(str(missing))
    with postgres.server(options) as cluster:
        yield cluster


def shell_code(name, **arguments):
    """The code of `manage.py shell` that prints, as JSON, what a function of testing.programs
    returns."""
    module, _, function = name.partition(".")
    return (
        f"import json; from testing.programs import {module};"
        f"print(json.dumps({module}.{function}(**{arguments!r})))"
    )


class Installed:
    """`folder` holds the data, and the logs of the processes; `settings` are environment
    variables."""

    def __init__(self, folder, **settings):
        self.folder, self.started = folder, []
        # The head of the audit log was sealed with this key when the database was migrated.
        key = {"SECRET_KEY": django_settings.SECRET_KEY}
        self.environment = web.environment(folder, **(key | settings))

    def manage(self, *arguments, **options):
        """The output of a manage.py command; the test fails if the command does. `options` are
        those of `subprocess.run`."""
        options |= {"check": False, "capture_output": True, "text": True}
        result = web.manage(self.environment, *arguments, **options)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    def shell(self, code):
        return self.manage("shell", "-v0", "-c", code)

    def program(self, name, **arguments):
        """What a function of testing.programs returns: `module.function`."""
        return json.loads(self.shell(shell_code(name, **arguments)))

    def worker(self):
        """Start another queue worker; it is killed at the end of the test."""
        command = [sys.executable, "manage.py", "worker", "--no-reload", "--interval=0.1"]
        log = self.folder / f"worker-{len(self.started)}.log"
        with log.open("w") as out:
            process = subprocess.Popen(command, env=self.environment, stdout=out, stderr=out)
        process.read_log = log.read_text
        self.started.append(process)
        return process

    def kill(self):
        for process in self.started:
            process.kill()
            process.wait()


@pytest.fixture
def install(tmp_path, sqlite_files):
    """`install(DATABASE_URL=…, …)`: an `Installed`; by default on a migrated SQLite database."""
    installations = []

    def installed(**settings):
        if "DATABASE_URL" not in settings:
            sqlite_files.copy(tmp_path / "db.sqlite3")
        installations.append(Installed(tmp_path, **settings))
        return installations[-1]

    yield installed
    for installation in installations:
        installation.kill()
