"""Hypothesis over our properties, a round of examples after the other until the time is up."""

import time

from hypothesis import HealthCheck, given, seed, settings

from . import properties
from .blocks import TooSlow

_CHECKS = (
    (properties.check_shot, properties.shots(), 60),
    (properties.check_block, properties.blocks(), 600),
)


def fuzz(report, start, seconds):
    ends, number, failed = time.monotonic() + seconds, report.seed, set()
    while time.monotonic() < ends:
        number += 1
        for check, strategy, count in _CHECKS:
            # What failed would fail again at every round.
            if check not in failed and not _round(report, check, strategy, count, number):
                failed.add(check)


def _round(report, check, strategy, count, number):
    tried = []

    @seed(number)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def examples(value):
        tried.append(value)
        check(value)

    try:
        examples()
    except (Exception, TooSlow) as error:
        least = repr(tried[-1])  # Hypothesis ends with the simplest that fails
        report.find(f"{check.__name__}: {error!r}, {least}", f"example {number}", least.encode())
        return False
    finally:
        report.tried[f"Hypothesis, {check.__name__}"] += len(tried)
    return True
