"""PostgreSQL crashes while a worker is idle, and comes back: the worker is still running.

systemd restarts a worker that has ended, but gives up after a few times in a row.
"""

import signal

import psycopg
import pytest

from testing.processes import postgresql
from tools.servers import postgres, web

OUTAGE_MESSAGE = "the database does not answer; the worker goes on"
COUNT_OTHER_CLIENTS = """
SELECT count(*) FROM pg_stat_activity
WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


@pytest.fixture
def server():
    with postgresql(postgres.LASTING) as cluster:
        yield cluster


def count_clients(server):
    """The number of other connected clients."""
    with psycopg.connect(host=server.folder, user="dermaai", dbname="dermaai") as connection:
        return connection.execute(COUNT_OTHER_CLIENTS).fetchone()[0]


def test_worker_survives_a_database_outage(install, server):
    """Otherwise a practice has no worker until somebody notices."""
    installation = install(DATABASE_URL=server.url)
    installation.manage("migrate", "-v0")
    worker = installation.worker()
    web.until(lambda: count_clients(server))
    server.stop("immediate")
    web.until(lambda: OUTAGE_MESSAGE in worker.read_log() or worker.poll() is not None)
    assert worker.poll() is None, worker.read_log()
    server.start()
    assert installation.program("gallery.process_one") == "ready"
    assert worker.poll() is None, "the same process did the work"
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 0
