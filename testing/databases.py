"""Databases with their tables made: migrated once for a whole run, then copied.

`manage.py migrate` makes the first with production's settings and the SECRET_KEY of the tests, by
which the head of the audit log is sealed. Copies are a file's, or PostgreSQL's `CREATE DATABASE …
TEMPLATE`. What one worker of xdist made the others use: they meet in the folder of the run.
"""

import fcntl
import hashlib
import os
import secrets
import shutil
from contextlib import contextmanager, suppress
from pathlib import Path

import environ
import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg import sql

from tools.servers import postgres, web

MIGRATED = "test_dermaai_migrated"


@contextmanager
def first_of_all(folder, name):
    """One process after the other. Yields whether nobody has come to the end of it yet."""
    with Path(folder, f"{name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = Path(folder, f"{name}.done")
        yield not done.exists()
        done.touch()


def migrate(folder, url):
    folder.mkdir(exist_ok=True)  # a first try may have failed
    environment = web.environment(folder, DATABASE_URL=url, SECRET_KEY=settings.SECRET_KEY)
    web.manage(environment, "migrate", "-v0")


class Files:
    """SQLite's."""

    def __init__(self, folder):
        self.migrated = folder / f"{MIGRATED}.sqlite3"
        with first_of_all(folder, "sqlite") as first:
            if first:
                migrate(folder / "sqlite", f"sqlite:///{self.migrated}")

    def copy(self, path):
        """The DATABASE_URL of a copy at `path`."""
        shutil.copyfile(self.migrated, path)
        return f"sqlite:///{path}"


class Server:
    """PostgreSQL's, in the server of the database at `url`."""

    def __init__(self, url):
        self.url, self.made = url, []

    def of(self, name):
        return f"{self.url.partition('?')[0].rpartition('/')[0]}/{name}"

    def do(self, statement, *names):
        told = environ.Env.db_url_config(self.url)
        parts = {part: told[part.upper()] for part in ("user", "password", "host", "port")}
        parts = {part: value for part, value in parts.items() if value}
        with psycopg.connect(
            dbname=told["NAME"], autocommit=True, **parts, **told.get("OPTIONS", {})
        ) as one:
            one.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def prepare(self, folder):
        # Of the suite's own server, once for all workers; each has its own where that is SQLite.
        name = f"postgresql-{hashlib.sha256(self.url.encode()).hexdigest()[:12]}"
        with first_of_all(folder, name) as first:
            if first:
                self.forget()
                self.do("CREATE DATABASE {}", MIGRATED)
                migrate(folder / name, self.of(MIGRATED))

    def forget(self):
        self.do("DROP DATABASE IF EXISTS {}", MIGRATED)

    def empty(self):
        """The DATABASE_URL of a database without a table."""
        self.made.append(f"test_dermaai_{secrets.token_hex(6)}")
        self.do("CREATE DATABASE {}", self.made[-1])
        return self.of(self.made[-1])

    def copy(self):
        """The DATABASE_URL of a copy."""
        self.made.append(f"test_dermaai_{secrets.token_hex(6)}")
        self.do("CREATE DATABASE {} TEMPLATE {}", self.made[-1], MIGRATED)
        return self.of(self.made[-1])

    def remove(self):
        """What was made here."""
        while self.made:
            self.do("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.made.pop())


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory):
    """The folder of this run, the same for all its workers."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def sqlite_files(run_folder):
    return Files(run_folder)


@pytest.fixture(scope="session")
def own_server(run_folder):
    """A `Server`: that of the suite's own database, else one of this process."""
    if connection.vendor == "postgresql":
        yield Server(os.environ["DATABASE_URL"])
        return
    try:
        postgres.programs()
    except postgres.Missing as missing:
        pytest.skip(str(missing))
    with postgres.cluster() as url:
        yield Server(url)


@pytest.fixture
def server(own_server):
    """A PostgreSQL, whose databases go with the test. It is others' too: not to be stopped."""
    yield own_server
    own_server.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """The DATABASE_URL of a database with its tables made: once on each kind."""
    if request.param == "sqlite":
        return request.getfixturevalue("sqlite_files").copy(tmp_path / "db.sqlite3")
    made = request.getfixturevalue("server")
    made.prepare(request.getfixturevalue("run_folder"))
    return made.copy()


@pytest.fixture(scope="session")
def django_db_keepdb():
    """On SQLite the test's database is a copy that lies there: not to be made anew."""
    return connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, request):
    """The tests' own database. Django's `migrate` finds nothing left to do in it."""
    test = connection.settings_dict["TEST"]
    if connection.vendor == "postgresql":
        server = request.getfixturevalue("own_server")
        server.prepare(request.getfixturevalue("run_folder"))
        test["TEMPLATE"] = MIGRATED
    else:
        request.getfixturevalue("sqlite_files").copy(test["NAME"])


def pytest_unconfigure(config):
    """Somebody's server (TEST_DATABASE_URL) is left as it was."""
    of_a_worker = hasattr(config, "workerinput")
    if connection.vendor == "postgresql" and not of_a_worker:
        with suppress(psycopg.OperationalError):
            Server(os.environ["DATABASE_URL"]).forget()
