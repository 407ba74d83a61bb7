"""Rate limits count for all processes together, or each worker would have its own."""

import json
import os
import secrets
import subprocess
import sys

import pytest

LIMIT = 6
SCRIPT = """
import json
from django.test import Client
told = []
for number in range({asks}):
    body = {{"email": f"nobody{{number}}@example.org", "password": "x"}}
    answer = Client().post("/api/v1/auth/token", body, content_type="application/json", secure=True,
        headers={{"X-Forwarded-For": f"10.0.0.{{number}}"}}, HTTP_HOST="localhost")
    told.append(answer.status_code)
print(json.dumps(told))
"""


@pytest.fixture
def manage(tmp_path):
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "dermaai.settings",
        "DERMAAI_DATA": str(tmp_path),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "LOGIN_RATE": f"{LIMIT}/min",
        "DEBUG": "0",
    }

    def run(*arguments):
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_two_processes_count_together(manage):
    """And an address that a client makes up is not a way around."""
    manage("migrate", "-v0")  # which makes the table
    ask = ("shell", "-v0", "-c", SCRIPT.format(asks=LIMIT - 2))
    first, second = json.loads(manage(*ask)), json.loads(manage(*ask))
    assert first == [401] * (LIMIT - 2)
    assert second == [401, 401] + [429] * (LIMIT - 4)
    manage("migrate", "-v0")  # again is fine
