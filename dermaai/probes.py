"""What a load balancer asks: alive (`/healthz`), ready (`/readyz`)?

Answered before every other middleware: a probe names the machine by its address and speaks plain
HTTP, so neither ALLOWED_HOSTS nor the redirect to HTTPS applies. Nothing is told but names of ours
and "ok" or "failed". Our own and not a package's: theirs write a file into the storage at every
question.
"""

import logging
import time
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.db import connection
from django.http import JsonResponse

from core import probes

from .metrics import metrics

logger = logging.getLogger(__name__)

CACHE_SECONDS = (
    5  # seconds that an answer stands: whoever asks often does not ask the storage often
)
TIMEOUT = 5  # seconds for what is asked over the network, together
_cached = {"until": 0.0, "checks": {}}


class Probes:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        views = {"/healthz": healthz, "/readyz": readyz}
        if settings.METRICS_TOKEN:
            views["/metrics"] = metrics
        view = views.get(request.path_info)
        return view(request) if view else self.get_response(request)


def healthz(request):
    """This process answers. Nothing else is looked at."""
    return _answer({})


def readyz(request):
    if time.monotonic() >= _cached["until"]:
        _cached["checks"] = _all_checks()
        _cached["until"] = time.monotonic() + CACHE_SECONDS
    return _answer(_cached["checks"])


def _answer(checks):
    whole = all(state == "ok" for state in checks.values())
    told = {"status": "ok" if whole else "failed"} | ({"checks": checks} if checks else {})
    headers = {"Cache-Control": "no-store"}
    return JsonResponse(told, status=200 if whole else 503, headers=headers)


def _run_check(name, check):
    try:
        check()
    except Exception as error:
        logger.warning("not ready: %s (%s)", name, type(error).__name__)
        return "failed"
    return "ok"


def _database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _all_checks():
    checks = probes.registered()
    found = {"database": _run_check("database", _database)}
    found |= _run_concurrently([check for check in checks if check.in_thread])
    if found["database"] == "ok":
        for check in checks:
            if not check.in_thread:
                found[check.name] = _run_check(check.name, check.run)
    return found


def _run_concurrently(checks):
    if not checks:
        return {}
    pool = ThreadPoolExecutor(len(checks))
    asked = {check.name: pool.submit(check.run) for check in checks}
    until = time.monotonic() + TIMEOUT
    found = {
        name: _run_check(
            name, lambda answer=answer: answer.result(max(0, until - time.monotonic()))
        )
        for name, answer in asked.items()
    }
    pool.shutdown(wait=False, cancel_futures=True)
    return found
