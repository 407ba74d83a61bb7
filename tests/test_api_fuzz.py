"""The short form of `script/fuzz-api`: every operation, odd requests, right answers."""

import subprocess
import sys
from contextlib import suppress

import pytest

from tools.servers import postgres

pytestmark = pytest.mark.long


def test_every_answer_matches_the_schema():
    """An integrator has nothing but the schema: what is not in it breaks their program."""
    command = [sys.executable, "-m", "tools.fuzz.api", "--short", "--seed=5", "--examples=3"]
    with suppress(postgres.Missing):  # which refuses what SQLite takes, a NUL among others
        command += ["--postgresql"] if postgres.programs() else []
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout[-8000:] + result.stderr[-4000:]
    assert result.stdout.count("38 passed") >= 4, "it asked nothing"
