"""Events from many threads at once are one chain, on both databases; and triggers hold on both."""

import pytest

pytestmark = pytest.mark.long

THREADS, EACH = 4, 40


def test_events_from_many_threads_are_one_chain(install, database):
    """Lost would be: an event, or a chain that says it is broken when nobody touched it."""
    here = install(DATABASE_URL=database)
    told = here.program("events.main", threads=THREADS, each=EACH)
    after = here.program("events.emptied_and_migrated")
    assert "whole" in after["written"]
    assert "0 events, whole" in after["emptied"]
    assert "0 events, whole" in after["migrated"], "with the triggers there, on both"
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
