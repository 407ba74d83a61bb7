"""What a load balancer asks: alive (`/healthz`), ready (`/readyz`)?

Answered before every other middleware: a probe names the machine by its address and speaks plain
HTTP, so neither ALLOWED_HOSTS nor the redirect to HTTPS applies. Nothing is told but names of ours
and "ok" or "failed". Our own and not a package's: theirs write a file into the storage at every
question.
"""

import logging
import time
from concurrent.futures import ThreadPoolExecutor, TimeoutError
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.http import JsonResponse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from gallery.models import UserImage
from imaging.storage import health

from .metrics import metrics

logger = logging.getLogger(__name__)

HELD = 5  # seconds that an answer stands: whoever asks often does not ask the storage often
PATIENCE = 5  # seconds for the containers, together
_last = {"until": 0.0, "checks": {}}


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
    if time.monotonic() >= _last["until"]:
        _last["checks"] = {"database": _judged("database", _database)} | _containers()
        if _last["checks"]["database"] == "ok" and settings.READY_QUEUE_AGE:
            _last["checks"]["queue"] = _judged("queue", _queue)
        _last["until"] = time.monotonic() + HELD
    return _answer(_last["checks"])


def _answer(checks):
    whole = all(state == "ok" for state in checks.values())
    told = {"status": "ok" if whole else "failed"} | ({"checks": checks} if checks else {})
    headers = {"Cache-Control": "no-store"}
    return JsonResponse(told, status=200 if whole else 503, headers=headers)


def _judged(name, check):
    try:
        check()
    except Exception as error:
        logger.warning("not ready: %s (%s)", name, type(error).__name__)
        return "failed"
    return "ok"


def _database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _containers():
    pool = ThreadPoolExecutor(len(settings.CONTAINERS))
    asked = {name: pool.submit(health.check, name) for name in settings.CONTAINERS}
    until = time.monotonic() + PATIENCE
    found = {
        name: _judged(name, lambda answer=answer: answer.result(max(0, until - time.monotonic())))
        for name, answer in asked.items()
    }
    pool.shutdown(wait=False, cancel_futures=True)
    return found


class Late(TimeoutError):
    """Something waits that a worker should have taken long ago."""


def _queue():
    before = timezone.now() - timedelta(seconds=settings.READY_QUEUE_AGE)
    if UserImage.objects.due().filter(due_at__lt=before).exists():
        raise Late
    tasks = DBTaskResult.objects.ready().filter(enqueued_at__lt=before)
    if tasks.filter(Q(run_after=get_date_max()) | Q(run_after__lt=before)).exists():
        raise Late
