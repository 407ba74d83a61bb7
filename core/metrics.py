"""Counters for those who operate the practice's servers; `/metrics` serves them.

Labels are fixed words: none identifies a person, a file or an image. With METRICS_TOKEN set, the
processes of a machine add up in files of METRICS_DIR; without it, nobody reads these counters.
"""

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

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

# prometheus_client Collectors of apps that compute their figures from rows when `/metrics` asks.
collectors: list[Any] = []

_Service = TypeVar("_Service", bound=Callable[..., tuple[Any, bool]])


def count_uploads(to: str) -> Callable[[_Service], _Service]:
    """Decorates a service that returns (image, created) or raises an error, which may have a
    `code`. `to` is the label of both counters."""

    def counted(service: _Service) -> _Service:
        @wraps(service)
        def upload(**options: Any) -> tuple[Any, bool]:
            try:
                image, created = service(**options)
            except Exception as error:
                code = getattr(error, "code", None)
                REFUSALS.labels(to, code if isinstance(code, str) else "error").inc()
                raise
            UPLOADS.labels(to, "new" if created else "repeated").inc()
            return image, created

        return cast(_Service, upload)

    return counted
