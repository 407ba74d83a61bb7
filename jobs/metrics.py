from collections.abc import Iterator

from django_tasks_db.models import DBTaskResult
from prometheus_client.core import GaugeMetricFamily


class TaskCollector:
    """Counts rows when `/metrics` asks, so that every machine reports the same."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        yield GaugeMetricFamily(
            "dermaai_tasks_waiting",
            "Tasks (mail, blobs to delete, looks at the queue) that no worker has taken",
            DBTaskResult.objects.ready().count(),
        )
