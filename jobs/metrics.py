from django_tasks_db.models import DBTaskResult
from prometheus_client.core import GaugeMetricFamily


class Tasks:
    """Read off the rows when it is asked: the same on every machine."""

    def collect(self):
        yield GaugeMetricFamily(
            "dermaai_tasks_waiting",
            "Tasks (mail, blobs to delete, looks at the queue) that no worker has taken",
            DBTaskResult.objects.ready().count(),
        )
