"""The short form of `script/fuzz-api`: every operation, odd requests, right answers."""

import subprocess
import sys
from contextlib import suppress

import pytest

from tools.servers import postgres

pytestmark = pytest.mark.long


def test_no_answer_off_the_schema():
    """An integrator has nothing but the schema: what is not in it breaks their program."""
    command = [sys.executable, "-m", "tools.fuzz.api", "--short", "--seed=5", "--examples=3"]
    with suppress(postgres.Missing):  # which refuses what SQLite takes, a NUL among others
        command += ["--postgresql"] if postgres.programs() else []
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-4000:]
    assert done.stdout.count("46 passed") >= 4, "it asked nothing"
