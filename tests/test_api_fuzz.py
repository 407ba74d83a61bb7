"""The short form of `script/fuzz-api`: unusual requests to every operation."""

import subprocess
import sys
from contextlib import suppress

import pytest

from tools.servers import postgres

pytestmark = pytest.mark.long


def test_every_answer_matches_the_schema():
    """Integrators rely on the schema: undocumented answers break their programs."""
    command = [sys.executable, "-m", "tools.fuzz.api", "--short", "--seed=5", "--examples=3"]
    with suppress(postgres.Missing):  # it refuses values that SQLite accepts, such as NUL
        command += ["--postgresql"] if postgres.programs() else []
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout[-8000:] + result.stderr[-4000:]
    assert result.stdout.count("72 passed") >= 4, "it ran no tests"
