"""A limit that requests at once pass would be none for whoever guesses passwords."""

import threading
from datetime import UTC, datetime

import pytest
import time_machine
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from core.throttling import Rate

IN_DATABASE = {
    "default": {"BACKEND": "core.cache.DatabaseCache", "LOCATION": "throttling_cache"},
}


class Tries(Rate):
    rate = "10/min"

    def get_cache_key(self, request, view):
        return f"tries/{request}"


@pytest.fixture
def counted():
    """Counted in the database, as a practice's processes do."""
    with override_settings(CACHES=IN_DATABASE):
        call_command("createcachetable", verbosity=0)
        yield
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE throttling_cache")


def allowed(seconds, times=1, who="one"):
    """How many of so many requests are allowed, so many seconds into an hour."""
    with time_machine.travel(datetime(2026, 11, 29, 12, tzinfo=UTC).timestamp() + seconds):
        return sum(Tries().allow_request(who, None) for _ in range(times))


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("counted")
def test_at_once_as_many_pass_as_one_after_the_other():
    """Each of twenty would else find what the nineteen others found, and pass."""
    ready, passed = threading.Barrier(20), []

    def ask():
        ready.wait(30)
        try:
            passed.append(Tries().allow_request("one", None))
        finally:
            connection.close()

    with time_machine.travel(datetime(2026, 11, 29, 12, tzinfo=UTC), tick=False):
        threads = [threading.Thread(target=ask) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    # Those that were refused were counted for a moment: rather one too few than one too many.
    assert 1 <= passed.count(True) <= 10
    assert len(passed) == 20


@pytest.mark.django_db
@pytest.mark.usefixtures("counted")
def test_counting_leaves_the_expiry_alone():
    """A limit of an hour would else be forgotten after the cache's own five minutes."""
    cache = caches["default"]
    with time_machine.travel(datetime(2026, 11, 29, 12, tzinfo=UTC)):
        cache.set("count", 1, 3600)
        assert cache.incr("count") == 2
    with time_machine.travel(datetime(2026, 11, 29, 12, 50, tzinfo=UTC)):
        assert cache.get("count") == 2
        with pytest.raises(ValueError, match="no such key"):
            cache.incr("another")
    with (
        time_machine.travel(datetime(2026, 11, 29, 13, 10, tzinfo=UTC)),
        pytest.raises(ValueError, match="no such key"),
    ):
        cache.incr("count")


def test_the_period_slides():
    """Twice the limit around the turn of a window would be a burst that nobody meant."""
    assert allowed(50, 12) == 10
    assert allowed(61, 12) == 0, "ten of the last minute"
    assert allowed(90, 12) == 5, "half of the last minute is over"
    assert allowed(180, 12) == 10


def test_others_are_counted_by_themselves():
    assert allowed(0, 12) == 10
    assert allowed(0, 12, who="another") == 10


@pytest.mark.parametrize("into", [0, 20, 59])
def test_after_the_wait_that_was_told_it_is_allowed(into):
    assert allowed(into, 12) == 10
    with time_machine.travel(datetime(2026, 11, 29, 12, 0, into, tzinfo=UTC), tick=False):
        refused = Tries()
        assert not refused.allow_request("one", None)
        wait = refused.wait()
    assert wait >= 1
    assert allowed(into + wait + 0.01) == 1


def test_a_cache_that_has_dropped_the_count_is_no_error_page(monkeypatch):
    """It was full, between the count and its correction."""
    assert allowed(0, 10) == 10
    real = Tries.cache.incr

    def dropped(name, delta=1):
        if delta < 0:
            raise ValueError(name)
        return real(name, delta)

    monkeypatch.setattr(Tries.cache, "incr", dropped)
    assert allowed(1) == 0


def test_what_was_refused_is_not_held_against_anybody():
    """A phone that tries again every second would else never get in."""
    for second in range(60):
        allowed(second, 5)
    assert allowed(125) == 1
