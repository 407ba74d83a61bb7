"""Log lines: one JSON object each, with the request that it was written under."""

import json
import logging
from datetime import UTC, datetime


class JsonLines(logging.Formatter):
    def format(self, record):
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request_id": getattr(record, "request_id", "-"),
            "message": record.getMessage(),
        }
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


class WithoutAddress(logging.Filter):
    """gunicorn tells of a request that broke (a picture's stream, half-way) by its whole address:
    the link to share, the signature. The rest of what it says is enough."""

    def filter(self, record):
        if "request" in str(record.msg).lower() and isinstance(record.args, tuple):
            record.args = tuple("-" if "/" in str(told) else told for told in record.args)
        return True


def logging_of(level, *, debug):
    """Django's LOGGING: for a person with DEBUG on, else for a machine."""
    plain = {"format": "%(levelname)s %(name)s [%(request_id)s] %(message)s"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "request_id": {"()": "audit.context.WithRequestId"},
            "without_address": {"()": "dermaai.logs.WithoutAddress"},
        },
        "formatters": {"line": plain if debug else {"()": "dermaai.logs.JsonLines"}},
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "filters": ["request_id"],
                "formatter": "line",
            }
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django_tasks": {"level": "WARNING"},  # else two lines for every bell
            # As ours, from the moment that a web process has loaded us.
            "gunicorn.error": {"filters": ["without_address"], "propagate": True},
            "azure": {"level": "WARNING"},  # its INFO is every request, blob names included
        },
    }
