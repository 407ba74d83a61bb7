"""Error responses: JSON in the usual shape for the API, a page for people."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from core.errors import DatabaseUnavailable

# The database is gone, starting up, locked for too long, or its disk is full.
DATABASE_DOWN = (OperationalError, InterfaceError)


def _answer(request: HttpRequest, status: int, code: str, detail: object) -> HttpResponse:
    if request.path.startswith("/api/"):
        kind = "server_error" if status >= 500 else "client_error"
        error = {"code": code, "detail": detail, "attr": None}
        return JsonResponse({"type": kind, "errors": [error]}, status=status)
    context = {"status": status, "detail": detail}
    # The page would query the user; not after an error that the database may have caused.
    page_request = None if status >= 500 else request
    return HttpResponse(render_to_string("error.html", context, page_request), status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 400, "bad_request", _("This request could not be understood."))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _answer(request, 403, "permission_denied", _("You do not have permission to do this."))


def page_not_found(request: HttpRequest, exception: Exception | None) -> HttpResponse:
    return _answer(
        request, 404, "not_found", _("This page does not exist, or you do not have access to it.")
    )


def server_error(request: HttpRequest) -> HttpResponse:
    if isinstance(sys.exception(), DATABASE_DOWN):
        response = _answer(request, 503, DatabaseUnavailable.code, DatabaseUnavailable.detail)
        response["Retry-After"] = str(DatabaseUnavailable.retry_after)
        return response
    return _answer(
        request, 500, "error", _("Something went wrong on our side. It has been logged.")
    )
