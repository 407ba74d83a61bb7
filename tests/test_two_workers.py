"""Two real workers on one database, one killed at work: everything is done, and nothing twice."""

import signal

import pytest

pytestmark = pytest.mark.long

IMAGES = 24
LEASE = 4  # seconds: what a killed worker's image waits for


def told(here, *, ready, idle=False):
    return here.program("gallery.told", ready=ready, idle=idle)


def test_one_of_two_workers_is_killed(install, database):
    """Lost would be: the image that it held, bytes that count twice, blobs that no row knows."""
    here = install(DATABASE_URL=database, PROCESSING_LEASE=str(LEASE))
    here.program("gallery.fill", images=IMAGES)
    first, second = here.worker(), here.worker()
    assert told(here, ready=3)["status"]["queued"], "it was killed too late to leave work behind"
    first.send_signal(signal.SIGKILL)
    first.wait()
    found = told(here, ready=IMAGES, idle=True)
    assert (found["status"], found["tasks_in_work"]) == ({"ready": IMAGES}, 0)
    assert found["attempts"].pop("1") >= IMAGES - 1, "none was taken twice but the one in its hand"
    assert set(found["attempts"]) <= {"2"}
    assert (found["used"], found["orphans"], found["missing"]) == (found["sum"], [], [])
    assert found["wrong"] == 0
    second.send_signal(signal.SIGTERM)
    assert second.wait(60) == 0


def test_a_worker_that_is_asked_to_stop_finishes_what_it_holds(install, database):
    """An upgrade would else cost every image in work a lease of waiting."""
    here = install(DATABASE_URL=database)
    here.program("gallery.fill", images=6)
    worker = here.worker()
    told(here, ready=1)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 0
    found = told(here, ready=0)
    assert found["in_work"] == 0
    assert set(found["attempts"]) <= {"0", "1"}
