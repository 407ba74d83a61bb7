"""Two real workers on one database, one killed: every image is processed, and none twice."""

import signal

import pytest

pytestmark = pytest.mark.long

IMAGES = 24
LEASE = 4  # seconds until the image of a killed worker is claimed again


def gallery_state(installation, *, ready, idle=False):
    return installation.program("gallery.state", ready=ready, idle=idle)


def test_killing_one_of_two_workers_loses_and_repeats_nothing(install, database):
    """Otherwise its image is lost, bytes are counted twice, or orphan blobs remain."""
    installation = install(DATABASE_URL=database, PROCESSING_LEASE=str(LEASE))
    installation.program("gallery.fill", images=IMAGES)
    first, second = installation.worker(), installation.worker()
    assert gallery_state(installation, ready=3)["status"]["queued"], (
        "nothing is left to do: too late to kill a worker"
    )
    first.send_signal(signal.SIGKILL)
    first.wait()
    state = gallery_state(installation, ready=IMAGES, idle=True)
    assert (state["status"], state["tasks_running"]) == ({"ready": IMAGES}, 0)
    assert state["attempts"].pop("1") >= IMAGES - 1, "only the killed worker's image was retried"
    assert set(state["attempts"]) <= {"2"}
    assert (state["used"], state["orphans"], state["missing"]) == (state["sum"], [], [])
    assert state["wrong"] == 0
    second.send_signal(signal.SIGTERM)
    assert second.wait(60) == 0


def test_worker_finishes_its_image_before_it_stops(install, database):
    """Otherwise each upgrade makes the images being processed wait for their lease to expire."""
    installation = install(DATABASE_URL=database)
    installation.program("gallery.fill", images=6)
    worker = installation.worker()
    gallery_state(installation, ready=1)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 0
    state = gallery_state(installation, ready=0)
    assert state["processing"] == 0
    assert set(state["attempts"]) <= {"0", "1"}
