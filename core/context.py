"""The current request and the client's address, for the audit log and for log lines."""

import ipaddress
import logging
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

GetResponse = Callable[[HttpRequest], HttpResponseBase]  # what a middleware is constructed with

_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)
_inherited_id: ContextVar[str] = ContextVar("request_id", default="")
_ID = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)


def current_request() -> HttpRequest | None:
    """The request that this thread is answering, or None (a command, a worker)."""
    return _request.get()


def request_id() -> str:
    """The id of the request that caused the current work, or "" (a command, a timer)."""
    return getattr(_request.get(), "request_id", "") or _inherited_id.get()


@contextmanager
def use_request_id(request_id: str | None) -> Iterator[None]:
    """Work that a worker does on behalf of an earlier request runs under that request's id."""
    token = _inherited_id.set(request_id or "")
    try:
        yield
    finally:
        _inherited_id.reset(token)


def client_address(request: HttpRequest) -> str:
    """The client's IP address, or "". Behind a proxy: what the proxy appended, the last entry of
    X-Forwarded-For. Earlier entries are the client's own claim."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", address)
        address = forwarded.rpartition(",")[2].strip() or address
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return ""


class RequestIdMiddleware:
    """Gives each request an id, for the X-Request-ID header, the audit log and every log line.

    A well-formed id from the proxy is kept, where there is a proxy.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        received = request.META.get("HTTP_X_REQUEST_ID", "") if settings.BEHIND_PROXY else ""
        own_id = received if _ID.fullmatch(received) else secrets.token_hex(16)
        request.request_id = own_id  # type: ignore[attr-defined]
        token = _request.set(request)
        try:
            response = self.get_response(request)
        finally:
            _request.reset(token)
        response["X-Request-ID"] = own_id
        return response


class RequestIdFilter(logging.Filter):
    """Sets `request_id` on a log record: the id of the request it belongs to, or "-"."""

    def filter(self, record: logging.LogRecord) -> bool:
        own_id = getattr(getattr(record, "request", None), "request_id", "")
        record.request_id = own_id or request_id() or "-"
        return True
