"""Events from many threads at once are one chain, on both databases; and triggers hold on both."""

import pytest

pytestmark = pytest.mark.long

THREADS, EACH = 4, 40


def test_events_from_many_threads_are_one_chain(install, database):
    """Lost would be: an event, or a chain that says it is broken when nobody touched it."""
    here = install(DATABASE_URL=database)
    told = here.program("events.main", threads=THREADS, each=EACH)
    assert "whole" in here.manage("verify_audit")
    # Back and forth again: with the triggers there, on both.
    here.manage("flush", "--no-input", "-v0")
    assert "0 events, whole" in here.manage("verify_audit")
    here.manage("migrate", "-v0", "audit", "zero")
    here.manage("migrate", "-v0")
    assert "0 events, whole" in here.manage("verify_audit")
    kept = THREADS * EACH * 7 // 8
    rate = told.pop("rate")
    assert rate > 10
    assert told == {
        "refused": True,
        "fault": None,
        "last": kept,
        "waiting": 0,
        "once": True,
        "rolled_back": 0,
    }
