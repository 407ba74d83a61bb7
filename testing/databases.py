"""Migrated databases: migrated once per test run, then copied.

`manage.py migrate` creates the template with production settings and the SECRET_KEY of the tests,
with which the head of the audit log is sealed. Copies are copied files, or PostgreSQL's `CREATE
DATABASE … TEMPLATE`. All workers of xdist share the template, through the folder of the run.
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
def once_per_run(folder, name):
    """Only one process at a time runs this context. Yields True until one has completed it."""
    with Path(folder, f"{name}.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = Path(folder, f"{name}.done")
        yield not done.exists()
        done.touch()


def migrate(folder, url):
    folder.mkdir(exist_ok=True)  # an earlier attempt may have failed
    environment = web.environment(folder, DATABASE_URL=url, SECRET_KEY=settings.SECRET_KEY)
    web.manage(environment, "migrate", "-v0")


class Files:
    """A migrated SQLite file in `folder`, and copies of it."""

    def __init__(self, folder):
        self.migrated = folder / f"{MIGRATED}.sqlite3"
        with once_per_run(folder, "sqlite") as is_first:
            if is_first:
                migrate(folder / "sqlite", f"sqlite:///{self.migrated}")

    def copy(self, path):
        """Copy it to `path`. Returns the copy's DATABASE_URL."""
        shutil.copyfile(self.migrated, path)
        return f"sqlite:///{path}"


class Server:
    """A template and its copies in the PostgreSQL server of the database at `url`."""

    def __init__(self, url):
        self.url, self.created = url, []

    def url_of(self, name):
        return f"{self.url.partition('?')[0].rpartition('/')[0]}/{name}"

    def execute(self, statement, *names):
        config = environ.Env.db_url_config(self.url)
        parts = {part: config[part.upper()] for part in ("user", "password", "host", "port")}
        parts = {part: value for part, value in parts.items() if value}
        with psycopg.connect(
            dbname=config["NAME"], autocommit=True, **parts, **config.get("OPTIONS", {})
        ) as database:
            database.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def prepare(self, folder):
        """Create the template, unless another worker already has. `folder` is that of the run."""
        # Workers share the suite's own server; with SQLite each has a separate PostgreSQL.
        name = f"postgresql-{hashlib.sha256(self.url.encode()).hexdigest()[:12]}"
        with once_per_run(folder, name) as is_first:
            if is_first:
                self.drop_template()
                self.execute("CREATE DATABASE {}", MIGRATED)
                migrate(folder / name, self.url_of(MIGRATED))

    def drop_template(self):
        self.execute("DROP DATABASE IF EXISTS {}", MIGRATED)

    def empty(self):
        """Create a database without tables. Returns its DATABASE_URL."""
        self.created.append(f"test_dermaai_{secrets.token_hex(6)}")
        self.execute("CREATE DATABASE {}", self.created[-1])
        return self.url_of(self.created[-1])

    def copy(self):
        """Create a copy of the template. Returns its DATABASE_URL."""
        self.created.append(f"test_dermaai_{secrets.token_hex(6)}")
        self.execute("CREATE DATABASE {} TEMPLATE {}", self.created[-1], MIGRATED)
        return self.url_of(self.created[-1])

    def remove(self):
        """Drop the databases created by `empty` and `copy`."""
        while self.created:
            self.execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.created.pop())


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory):
    """The folder of this test run, shared by all workers."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def sqlite_files(run_folder):
    return Files(run_folder)


@pytest.fixture(scope="session")
def own_server(run_folder):
    """A `Server`: that of the suite's own database, else a separate one of this process."""
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
    """A `Server` whose databases are dropped after the test. Tests share it: do not stop it."""
    yield own_server
    own_server.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request, tmp_path):
    """The DATABASE_URL of a migrated, empty database: runs the test on SQLite and PostgreSQL."""
    if request.param == "sqlite":
        return request.getfixturevalue("sqlite_files").copy(tmp_path / "db.sqlite3")
    server = request.getfixturevalue("server")
    server.prepare(request.getfixturevalue("run_folder"))
    return server.copy()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """A browser's last request may still hold its session when all tests are over; PostgreSQL then
    refuses to drop the database."""
    yield
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


@pytest.fixture(scope="session")
def django_db_keepdb():
    """On SQLite the tests' database is an existing copy, which must not be recreated."""
    return connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, request):
    """Make the tests' own database a copy, in which Django's `migrate` has nothing left to do."""
    test_settings = connection.settings_dict["TEST"]
    if connection.vendor == "postgresql":
        server = request.getfixturevalue("own_server")
        server.prepare(request.getfixturevalue("run_folder"))
        test_settings["TEMPLATE"] = MIGRATED
    else:
        request.getfixturevalue("sqlite_files").copy(test_settings["NAME"])


def pytest_unconfigure(config):
    """Leave an external server (TEST_DATABASE_URL) as it was."""
    is_xdist_worker = hasattr(config, "workerinput")
    if connection.vendor == "postgresql" and not is_xdist_worker:
        with suppress(psycopg.OperationalError):
            Server(os.environ["DATABASE_URL"]).drop_template()
