"""`/metrics`: what core.metrics counted, and how long the queue is, as Prometheus reads it.

Told to whoever brings METRICS_TOKEN; without that setting there is no such page. Like the probes
it answers before every other middleware: Prometheus names a machine by its address.
"""

from django.conf import settings
from django.db.models import Count
from django.db.models.functions import Now
from django.http import Http404, HttpResponse
from django.utils.crypto import constant_time_compare
from django_tasks_db.models import DBTaskResult
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from gallery.models import UserImage


def metrics(request):
    token = settings.METRICS_TOKEN
    if not token:
        raise Http404
    if not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {token}"):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry()
    MultiProcessCollector(registry, settings.METRICS_DIR)
    registry.register(Queue())
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(generate_latest(registry), CONTENT_TYPE_LATEST, headers=headers)


class Queue:
    """Read off the rows when it is asked: the same on every machine."""

    def collect(self):
        waiting = UserImage.objects.filter(due_at__isnull=False)
        images = GaugeMetricFamily(
            "dermaai_queue_images", "Gallery images that wait or are in work", labels=["status"]
        )
        counted = dict(waiting.order_by().values_list("status").annotate(Count("pk")))
        for status in UserImage.WAITING:
            images.add_metric([status], counted.get(status, 0))
        yield images
        due = UserImage.objects.due().order_by("due_at").annotate(now=Now())
        oldest = due.values_list("due_at", "now").first()
        yield GaugeMetricFamily(
            "dermaai_queue_oldest_seconds",
            "How long the image that is due longest has been waiting",
            (oldest[1] - oldest[0]).total_seconds() if oldest else 0,
        )
        yield GaugeMetricFamily(
            "dermaai_tasks_waiting",
            "Tasks (mail, blobs to delete, looks at the queue) that no worker has taken",
            DBTaskResult.objects.ready().count(),
        )
