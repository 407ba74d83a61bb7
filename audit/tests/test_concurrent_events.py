"""Concurrent events form one chain and the triggers hold, on both databases."""

import pytest

pytestmark = pytest.mark.long

THREADS, EACH = 4, 40


def test_events_from_many_threads_are_one_chain(install, database):
    """Otherwise an event is lost, or the chain is reported as broken when nobody touched it."""
    installation = install(DATABASE_URL=database)
    result = installation.program("events.main", threads=THREADS, each=EACH)
    verified = installation.program("events.verify_after_flush_and_migrations")
    assert "whole" in verified["recorded"]
    assert "0 events, whole" in verified["flushed"]
    assert "0 events, whole" in verified["migrated"], "the triggers are in place again"
    committed = THREADS * EACH * 7 // 8
    rate = result.pop("rate")
    assert rate > 10
    assert result == {
        "refused": True,
        "fault": None,
        "last": committed,
        "pending": 0,
        "unique": True,
        "rolled_back": 0,
    }
