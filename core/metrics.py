"""What is counted for whoever watches the practice's servers; `/metrics` tells it.

Numbers and words of ours only: no label is a person's, a file's or an image's. With METRICS_TOKEN
set, the processes of a machine add up in files of METRICS_DIR; without, nobody reads what is
counted here.
"""

from functools import wraps
from pathlib import Path
from typing import Any

from django.conf import settings
from prometheus_client import Counter, Histogram, Summary

if settings.METRICS_TOKEN:
    # prometheus_client writes there from the first count on.
    Path(settings.METRICS_DIR).mkdir(mode=0o700, parents=True, exist_ok=True)

UPLOADS = Counter("dermaai_uploads", "Uploads accepted; repeated: by Idempotency-Key", ["to", "as"])
REFUSALS = Counter("dermaai_upload_refusals", "Uploads refused, by the API's code", ["to", "code"])
PROCESSING = Histogram(
    "dermaai_processing_seconds",
    "Removing the background of one image, where it worked",
    ["engine"],
    buckets=(0.5, 1, 2, 4, 8, 15, 30, 60),
)
PROCESSING_FAILURES = Counter(
    "dermaai_processing_failures", "Gallery images that failed for good, by code", ["code"]
)
STORAGE_ERRORS = Counter(
    "dermaai_storage_errors", "Times that the storage did not answer", ["container"]
)
QUOTA_ALERTS = Counter(
    "dermaai_quota_alerts", "Owners warned that their gallery is so full (percent)", ["level"]
)
REQUESTS = Summary(
    "dermaai_request_seconds", "Requests and the time they took", ["view", "method", "status"]
)

# Of apps whose figures are read off their rows when `/metrics` asks: prometheus_client's Collector.
collectors: list[Any] = []


def count_uploads(to):
    """Decorates a service that returns (image, created) or raises an error with a `code`."""

    def counted(service):
        @wraps(service)
        def upload(**options):
            try:
                image, created = service(**options)
            except Exception as error:
                code = getattr(error, "code", None)
                REFUSALS.labels(to, code if isinstance(code, str) else "error").inc()
                raise
            UPLOADS.labels(to, "new" if created else "repeated").inc()
            return image, created

        return upload

    return counted
