"""The short form of `script/fuzz-api`: unusual requests to every operation."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

from tools.servers import postgres

pytestmark = pytest.mark.long


@pytest.fixture
def url(request, run_folder, tmp_path):
    """The DATABASE_URL of a migrated, empty database. PostgreSQL, where there is one: it refuses
    values that SQLite accepts, such as NUL."""
    try:
        postgres.programs()
    except postgres.Missing:
        return request.getfixturevalue("sqlite_files").copy(tmp_path / "db.sqlite3")
    server = request.getfixturevalue("server")
    server.prepare(run_folder)
    return server.copy()


def test_every_answer_matches_the_schema(url):
    """Integrators rely on the schema: undocumented answers break their programs."""
    command = [sys.executable, "-m", "tools.fuzz.api", "--short", "--seed=5", "--examples=3"]
    command += ["--database", url]
    environment = os.environ | {"SECRET_KEY": settings.SECRET_KEY}
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout[-8000:] + result.stderr[-4000:]
    assert result.stdout.count("80 passed") >= 4, "it ran no tests"
