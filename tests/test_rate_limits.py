"""Rate limits count for all processes together, or each worker would have its own."""

import json

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


def test_two_processes_count_together(install):
    """And an address that a client makes up is not a way around."""
    here = install(LOGIN_RATE=f"{LIMIT}/min")  # migrate makes the table
    first, second = (json.loads(here.shell(SCRIPT.format(asks=LIMIT - 2))) for _process in "12")
    assert first == [401] * (LIMIT - 2)
    assert second == [401, 401] + [429] * (LIMIT - 4)
    here.manage("migrate", "-v0")  # again is fine
