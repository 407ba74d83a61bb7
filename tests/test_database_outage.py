"""PostgreSQL goes as in a crash while a worker idles, and comes back: the worker is still there.

systemd would start a worker again that had ended; after a few times in a row, it would not.
"""

import signal

import psycopg
import pytest

from testing.processes import postgresql
from tools.servers import postgres, web

SEEN = "the database does not answer; the worker goes on"
OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
SUBMIT = """
import time
from accounts.models import User
from testing.cast import upload
from gallery.services.images import submit_image
owner = User.objects.create_user("owner@example.org", "x", full_name="Owner")
image, _created = submit_image(user=owner, upload=upload(), engine="lesion")
deadline = time.monotonic() + 120
while image.status != "ready" and time.monotonic() < deadline:
    time.sleep(0.05)
    image.refresh_from_db()
print(image.status)
"""


@pytest.fixture
def server():
    with postgresql(postgres.LASTING) as made:
        yield made


def clients(server):
    """How many others are connected."""
    with psycopg.connect(host=server.folder, user="dermaai", dbname="dermaai") as one:
        return one.execute(OTHERS).fetchone()[0]


def test_a_worker_outlives_an_outage_of_the_database(install, server):
    """Lost would be the work of a practice's worker, until somebody looked."""
    here = install(DATABASE_URL=server.url)
    here.manage("migrate", "-v0")
    worker = here.worker()
    web.until(lambda: clients(server))
    server.stop("immediate")
    web.until(lambda: SEEN in worker.said() or worker.poll() is not None)
    assert worker.poll() is None, worker.said()
    server.start()
    assert here.shell(SUBMIT).split() == ["ready"]
    assert worker.poll() is None, "the process that was there before is the one that did it"
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 0
