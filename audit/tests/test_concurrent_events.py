"""Concurrent events form one chain and the triggers hold, on both databases."""

import pytest

pytestmark = pytest.mark.long

THREADS, EACH = 4, 40


def test_events_from_many_threads_are_one_chain(install, database):
    """Otherwise an event is lost, or the chain is reported as broken when nobody touched it."""
    installation = install(DATABASE_URL=database)
    result = installation.program("events.main", threads=THREADS, each=EACH)
    assert "whole" in installation.manage("verify_audit")
    # After migrating back and forth the triggers are in place again, on both databases.
    installation.manage("flush", "--no-input", "-v0")
    assert "0 events, whole" in installation.manage("verify_audit")
    installation.manage("migrate", "-v0", "audit", "zero")
    installation.manage("migrate", "-v0")
    assert "0 events, whole" in installation.manage("verify_audit")
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
