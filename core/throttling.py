"""Rate limits that hold under concurrent requests.

REST framework's own read a list of times from the cache, append to it and write it back: twenty
requests at once all read the same list. Here each request first increments a counter. A limit of
`n/period` counts over a sliding period: this window's requests, plus the share of the previous
window's that the period still covers.
"""

from contextlib import suppress
from typing import Any

from rest_framework import throttling


class Rate(throttling.SimpleRateThrottle):
    """By a key of the app's own: a subclass defines `rate` and `get_cache_key`."""

    duration: int  # seconds; set with `num_requests` by SimpleRateThrottle, from `rate`
    num_requests: int

    def allow_request(self, request: Any, view: Any) -> bool:
        """Counts the request, unless it is refused. `request` is Django's or DRF's."""
        if self.rate is None:
            return True
        self.key = self.get_cache_key(request, view)
        if self.key is None:
            return True
        window, self.elapsed = divmod(self.timer(), self.duration)
        current = f"{self.key}/{window:.0f}"
        self.count = self._add_one(current)
        self.earlier = self.cache.get(f"{self.key}/{window - 1:.0f}", 0)
        if self._counted(self.elapsed) <= self.num_requests:
            return True
        with suppress(ValueError):  # the cache was full and has dropped it
            self.cache.incr(current, -1)  # refused requests do not count
        self.count -= 1
        return False

    def _add_one(self, name: str) -> int:
        """One more of what is counted under a name. Returns how many they are."""
        try:
            return self.cache.incr(name)
        except ValueError:  # the first of its window
            # The last window's count is asked for through the whole of this one.
            self.cache.add(name, 0, 2 * self.duration)
        try:
            return self.cache.incr(name)
        except ValueError:  # the cache was full and has dropped it
            return 1

    def _counted(self, elapsed: float) -> float:
        return self.count + self.earlier * (1 - elapsed / self.duration)

    def wait(self) -> float:
        """Seconds until the next request is allowed, if no other comes first."""
        room = self.num_requests - 1 - self.count
        if room >= 0 and self.earlier:  # possible later in this window
            return max(1, self.duration * (1 - room / self.earlier) - self.elapsed)
        share = 1 - (self.num_requests - 1) / self.count if self.count else 0
        return max(1, self.duration - self.elapsed + self.duration * max(0, share))


class UserRate(throttling.UserRateThrottle, Rate):
    pass


class ScopedRate(throttling.ScopedRateThrottle, Rate):
    pass
