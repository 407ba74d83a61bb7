"""Log lines: one JSON object each, with the id of the request.

They contain no patient data and no secret. Django logs the path of a refused request, which may be
a link, and an exception's message may quote a row (PostgreSQL quotes a duplicate key): both are
redacted.
"""

import json
import logging
import re
import traceback
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError

_SECRET = re.compile(r"(/s/|/password-reset/)[^\s\"']+")
OWN_PACKAGES = {
    "accounts",
    "annotations",
    "audit",
    "consultations",
    "dermaai",
    "gallery",
    "imaging",
}
# Their messages are about the program or the machine. Only Python's own: libraries derive
# exceptions from these types whose messages contain URLs.
SAFE_EXCEPTIONS = (
    OSError,
    ImportError,
    NameError,
    AttributeError,
    TypeError,
    RuntimeError,
    MemoryError,
)
OUTAGES = (OperationalError, InterfaceError, ImproperlyConfigured)
FACTS = ("sqlstate", "error_code", "status_code", "errno")


def format_exception(error: BaseException | None) -> str:
    """The traceback, including causes, without messages that may quote data."""
    parts: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        frames = "".join(traceback.format_tb(error.__traceback__))
        parts.append(f"Traceback (most recent call last):\n{frames}{_describe(error)}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\n".join(reversed(parts))


def _describe(error: BaseException) -> str:
    kind = type(error)
    facts = {name: getattr(error, name, None) for name in FACTS}
    facts["constraint"] = getattr(getattr(error, "diag", None), "constraint_name", None)
    details = [f"{name}={value}" for name, value in facts.items() if isinstance(value, str | int)]
    builtin = kind.__module__ == "builtins" and isinstance(error, SAFE_EXCEPTIONS)
    if builtin or isinstance(error, OUTAGES) or kind.__module__.partition(".")[0] in OWN_PACKAGES:
        details.append(str(error))
    return ": ".join([f"{kind.__module__}.{kind.__qualname__}", *details])


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request_id": getattr(record, "request_id", "-"),
            "message": _SECRET.sub(r"\1…", record.getMessage()),
        } | getattr(record, "facts", {})
        if record.exc_info:
            line["exception"] = _SECRET.sub(r"\1…", format_exception(record.exc_info[1]))
        return json.dumps(line, ensure_ascii=False)


class RedactAddresses(logging.Filter):
    """gunicorn logs a request that broke off with its whole URL, which may hold a share link or a
    signature. The rest of the message is enough."""

    def filter(self, record: logging.LogRecord) -> bool:
        if "request" in str(record.msg).lower() and isinstance(record.args, tuple):
            record.args = tuple("-" if "/" in str(arg) else arg for arg in record.args)
        return True


def logging_config(level: str, *, debug: bool) -> dict[str, Any]:
    """Django's LOGGING setting: plain text with DEBUG, otherwise JSON."""
    plain = {"format": "%(levelname)s %(name)s [%(request_id)s] %(message)s"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "request_id": {"()": "core.context.RequestIdFilter"},
            "without_address": {"()": "dermaai.logs.RedactAddresses"},
        },
        "formatters": {"line": plain if debug else {"()": "dermaai.logs.JsonFormatter"}},
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "level": level,  # Django's own loggers have their own level
                "filters": ["request_id"],
                "formatter": "line",
            }
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django_tasks": {"level": "WARNING"},  # otherwise two lines for every task
            # Formatted like ours once a web process has loaded the application.
            "gunicorn.error": {"filters": ["without_address"], "propagate": True},
            "azure": {"level": "WARNING"},  # its INFO is every request, blob names included
        },
    }
