"""`/metrics`: the counters of core.metrics and the figures of apps, in Prometheus' format.

Requires METRICS_TOKEN; without that setting there is no such page. Like the probes it is answered
before every other middleware: Prometheus addresses a machine by its IP address.
"""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from core import metrics as core_metrics


def metrics(request: HttpRequest) -> HttpResponse:
    """401 without the token. Raises Http404 if none is set."""
    token = settings.METRICS_TOKEN
    if not token:
        raise Http404
    if not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {token}"):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry()
    MultiProcessCollector(registry, settings.METRICS_DIR)
    for collector in core_metrics.collectors:
        registry.register(collector)
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(generate_latest(registry), CONTENT_TYPE_LATEST, headers=headers)
