"""Which request is being answered, and from where it comes: for the audit log and for logs."""

import ipaddress
import logging
import re
import secrets
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings

_current = ContextVar("request", default=None)
_elsewhere = ContextVar("request_id", default="")
_ID = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)


def current_request():
    """The request that is being answered in this thread, or None (a command, a worker)."""
    return _current.get()


def request_id() -> str:
    """The name of the request that this is done for, or "" (a command, a timer)."""
    return getattr(_current.get(), "request_id", "") or _elsewhere.get()


@contextmanager
def use_request_id(request_id):
    """What a worker does for a request that is long answered: under its name."""
    token = _elsewhere.set(request_id or "")
    try:
        yield
    finally:
        _elsewhere.reset(token)


def client_address(request) -> str:
    """The client's IP address, or "". Behind a proxy, what the proxy added: the last word of
    X-Forwarded-For. What stands before it is the client's own claim."""
    told = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        told = request.META.get("HTTP_X_FORWARDED_FOR", told).rpartition(",")[2].strip() or told
    try:
        return str(ipaddress.ip_address(told))
    except ValueError:
        return ""


class RequestIdMiddleware:
    """A name for each request: told in X-Request-ID, in the audit log and in every log line.

    Taken over from a proxy that gives one, where there is a proxy and it is well formed.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        told = request.META.get("HTTP_X_REQUEST_ID", "") if settings.BEHIND_PROXY else ""
        request.request_id = told if _ID.fullmatch(told) else secrets.token_hex(16)
        token = _current.set(request)
        try:
            response = self.get_response(request)
        finally:
            _current.reset(token)
        response["X-Request-ID"] = request.request_id
        return response


class RequestIdFilter(logging.Filter):
    """Gives a log record the `request_id` that it was written under, or "-"."""

    def filter(self, record):
        told = getattr(getattr(record, "request", None), "request_id", "")
        record.request_id = told or request_id() or "-"
        return True
