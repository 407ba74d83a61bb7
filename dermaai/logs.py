"""Log lines: one JSON object each, with the request that it was written under.

Nothing of a patient's and no secret: Django names the path of what it refuses, which may be a link,
and an exception says what it stumbled over, which may be a row (PostgreSQL names the key that is
there twice).
"""

import json
import logging
import re
import traceback
from datetime import UTC, datetime

from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError

_SECRET = re.compile(r"(/s/|/password-reset/)[^\s\"']+")
OWN_PACKAGES = {"accounts", "audit", "consultations", "dermaai", "gallery", "imaging"}
# What these say is of the program or the machine. Exactly these: the exceptions of libraries that
# derive from them name URLs.
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


def format_exception(error):
    """A traceback with what led to it, without what it says of data."""
    parts, seen = [], set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        frames = "".join(traceback.format_tb(error.__traceback__))
        parts.append(f"Traceback (most recent call last):\n{frames}{_describe(error)}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\n".join(reversed(parts))


def _describe(error):
    kind = type(error)
    facts = {name: getattr(error, name, None) for name in FACTS}
    facts["constraint"] = getattr(getattr(error, "diag", None), "constraint_name", None)
    said = [f"{name}={value}" for name, value in facts.items() if isinstance(value, str | int)]
    builtin = kind.__module__ == "builtins" and isinstance(error, SAFE_EXCEPTIONS)
    if builtin or isinstance(error, OUTAGES) or kind.__module__.partition(".")[0] in OWN_PACKAGES:
        said.append(str(error))
    return ": ".join([f"{kind.__module__}.{kind.__qualname__}", *said])


class JsonFormatter(logging.Formatter):
    def format(self, record):
        told = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "request_id": getattr(record, "request_id", "-"),
            "message": _SECRET.sub(r"\1…", record.getMessage()),
        } | getattr(record, "facts", {})
        if record.exc_info:
            told["exception"] = _SECRET.sub(r"\1…", format_exception(record.exc_info[1]))
        return json.dumps(told, ensure_ascii=False)


class RedactAddresses(logging.Filter):
    """gunicorn tells of a request that broke (a picture's stream, half-way) by its whole address:
    the link to share, the signature. The rest of what it says is enough."""

    def filter(self, record):
        if "request" in str(record.msg).lower() and isinstance(record.args, tuple):
            record.args = tuple("-" if "/" in str(told) else told for told in record.args)
        return True


def logging_config(level, *, debug):
    """Django's LOGGING: for a person with DEBUG on, else for a machine."""
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
                "level": level,  # Django's own loggers have one of theirs
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
