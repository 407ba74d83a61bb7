from collections.abc import Iterator

from django.db.models import Count
from django.db.models.functions import Now
from prometheus_client.core import GaugeMetricFamily

from .models import UserImage


class Queue:
    """Read off the rows when it is asked: the same on every machine."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
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
            (oldest[1] - oldest[0]).total_seconds() if oldest and oldest[0] else 0,
        )
