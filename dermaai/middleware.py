import logging
import time
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control
from django.utils.functional import LazyObject, empty
from django.utils.translation import gettext as _

from core import metrics
from core.context import GetResponse

logger = logging.getLogger("dermaai.requests")
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class RequestLog:
    """Logs and counts each request. By the view's name: the path may hold a link's secret. The
    query, which may hold a patient's name, is not logged."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        start = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - start
        match = request.resolver_match
        view = (match and match.view_name) or "-"
        # The client chooses the method; arbitrary ones would add metrics without limit.
        method = request.method if request.method in METHODS else "other"
        metrics.REQUESTS.labels(view, method, response.status_code).observe(seconds)
        facts = {"view": view, "method": method, "status": response.status_code}
        facts |= {"ms": round(seconds * 1000), "user": _user_key(request)}
        logger.info("request", extra={"facts": facts, "request": request})
        return response


def _user_key(request: HttpRequest) -> Any:
    """The key of the signed-in user, if the view loaded it; a log line is not worth a query."""
    user = request.__dict__.get("user")
    if isinstance(user, LazyObject) and user._wrapped is empty:
        return None
    return getattr(user, "pk", None)


class NoStore:
    """`no-store` by default: a shared computer must not keep a patient's page.

    Signed media and static files set their own lifetimes.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response


class LengthRequired:
    """411 for a body without a length: DRF would treat it as empty."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chunked = "chunked" in request.headers.get("Transfer-Encoding", "").lower()
        if chunked and not request.META.get("CONTENT_LENGTH"):
            detail = _("Send a Content-Length: chunked bodies are not accepted.")
            error = {"code": "length_required", "detail": detail, "attr": None}
            return JsonResponse({"type": "client_error", "errors": [error]}, status=411)
        return self.get_response(request)
