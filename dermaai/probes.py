"""Probes for a load balancer: alive (`/healthz`), ready (`/readyz`).

Answered before every other middleware: a probe addresses the machine by IP and speaks plain HTTP,
so neither ALLOWED_HOSTS nor the redirect to HTTPS applies. They only reveal the names of our checks
and "ok" or "failed". Our own, because the packages at hand write a file to the storage each time.
"""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TypedDict

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from core import probes
from core.context import GetResponse

from .metrics import metrics

logger = logging.getLogger(__name__)

CACHE_SECONDS = 5  # that an answer is reused: frequent probes must not load the storage
TIMEOUT = 5  # seconds for all checks in threads together


class _Cache(TypedDict):
    until: float  # of time.monotonic()
    checks: dict[str, str]


_cached: _Cache = {"until": 0.0, "checks": {}}


class Probes:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        views: dict[str, Callable[[HttpRequest], HttpResponse]] = {
            "/healthz": healthz,
            "/readyz": readyz,
        }
        if settings.METRICS_TOKEN:
            views["/metrics"] = metrics
        view = views.get(request.path_info)
        return view(request) if view else self.get_response(request)


def healthz(request: HttpRequest) -> JsonResponse:
    """This process answers; nothing else is checked."""
    return _answer({})


def readyz(request: HttpRequest) -> JsonResponse:
    """200 if every check passed, else 503; at most CACHE_SECONDS old."""
    if time.monotonic() >= _cached["until"]:
        _cached["checks"] = _all_checks()
        _cached["until"] = time.monotonic() + CACHE_SECONDS
    return _answer(_cached["checks"])


def clear_cache() -> None:
    """Make the next request to `/readyz` run the checks."""
    _cached["until"] = 0.0


def _answer(checks: dict[str, str]) -> JsonResponse:
    ready = all(state == "ok" for state in checks.values())
    content = {"status": "ok" if ready else "failed"} | ({"checks": checks} if checks else {})
    headers = {"Cache-Control": "no-store"}
    return JsonResponse(content, status=200 if ready else 503, headers=headers)


def _run_check(name: str, check: Callable[[], object]) -> str:
    try:
        check()
    except Exception as error:
        logger.warning("not ready: %s (%s)", name, type(error).__name__)
        return "failed"
    return "ok"


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _all_checks() -> dict[str, str]:
    checks = probes.registered()
    results = {"database": _run_check("database", _database)}
    results |= _run_concurrently([check for check in checks if check.in_thread])
    if results["database"] == "ok":
        for check in checks:
            if not check.in_thread:
                results[check.name] = _run_check(check.name, check.run)
    return results


def _result(future: Future[object], until: float) -> object:
    """The result, or its exception; TimeoutError past `until` (of time.monotonic())."""
    return future.result(max(0, until - time.monotonic()))


def _run_concurrently(checks: list[probes.Check]) -> dict[str, str]:
    if not checks:
        return {}
    pool = ThreadPoolExecutor(len(checks))
    futures = {check.name: pool.submit(check.run) for check in checks}
    until = time.monotonic() + TIMEOUT
    results = {
        name: _run_check(name, partial(_result, future, until)) for name, future in futures.items()
    }
    pool.shutdown(wait=False, cancel_futures=True)
    return results
