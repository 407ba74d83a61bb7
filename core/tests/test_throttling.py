"""Rate limits hold under concurrency; otherwise they would not stop password guessing."""

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


class LoginRate(Rate):
    rate = "10/min"

    def get_cache_key(self, request, view):
        return f"tries/{request}"


@pytest.fixture
def database_cache():
    """Count in the database cache, which a site's processes share."""
    with override_settings(CACHES=IN_DATABASE):
        call_command("createcachetable", verbosity=0)
        yield
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE throttling_cache")


def count_allowed(seconds, times=1, client="one"):
    """How many of `times` requests are allowed, `seconds` after 12:00."""
    with time_machine.travel(datetime(2026, 11, 29, 12, tzinfo=UTC).timestamp() + seconds):
        return sum(LoginRate().allow_request(client, None) for _ in range(times))


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("database_cache")
def test_concurrent_requests_do_not_exceed_the_rate():
    """With get-then-set, all twenty would read the same count and pass."""
    barrier, results = threading.Barrier(20), []

    def request():
        barrier.wait(30)
        try:
            results.append(LoginRate().allow_request("one", None))
        finally:
            connection.close()

    with time_machine.travel(datetime(2026, 11, 29, 12, tzinfo=UTC), tick=False):
        threads = [threading.Thread(target=request) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    # Refused requests are counted briefly, so a few less than ten may pass, never more.
    assert 1 <= results.count(True) <= 10
    assert len(results) == 20


@pytest.mark.django_db
@pytest.mark.usefixtures("database_cache")
def test_incr_keeps_the_expiry():
    """Otherwise an hourly limit would expire with the cache's default of five minutes."""
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


def test_rate_uses_a_sliding_window():
    """Fixed windows would allow twice the limit around a boundary."""
    assert count_allowed(50, 12) == 10
    assert count_allowed(61, 12) == 0, "ten were counted in the last minute"
    assert count_allowed(90, 12) == 5, "half of the previous window still counts"
    assert count_allowed(180, 12) == 10


def test_clients_are_counted_separately():
    assert count_allowed(0, 12) == 10
    assert count_allowed(0, 12, client="another") == 10


@pytest.mark.parametrize("second", [0, 20, 59])
def test_request_is_allowed_after_the_announced_wait(second):
    assert count_allowed(second, 12) == 10
    with time_machine.travel(datetime(2026, 11, 29, 12, 0, second, tzinfo=UTC), tick=False):
        refused = LoginRate()
        assert not refused.allow_request("one", None)
        wait = refused.wait()
    assert wait >= 1
    assert count_allowed(second + wait + 0.01) == 1


def test_lost_count_refuses_instead_of_failing(monkeypatch):
    """A full cache may evict the count between an increment and its correction."""
    assert count_allowed(0, 10) == 10
    real_incr = LoginRate.cache.incr

    def evicted(name, delta=1):
        if delta < 0:
            raise ValueError(name)
        return real_incr(name, delta)

    monkeypatch.setattr(LoginRate.cache, "incr", evicted)
    assert count_allowed(1) == 0


def test_refused_requests_do_not_extend_the_wait():
    """Otherwise a client that retries every second would never be allowed."""
    for second in range(60):
        count_allowed(second, 5)
    assert count_allowed(125) == 1
