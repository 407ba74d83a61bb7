import logging
import time

from django.http import JsonResponse
from django.utils.cache import patch_cache_control
from django.utils.functional import LazyObject, empty
from django.utils.translation import gettext as _

from core import metrics

logger = logging.getLogger("dermaai.requests")
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class RequestLog:
    """One log line for each request, and its count. The view's name stands for the path, which may
    hold a link's secret, and the query, which may hold a patient's name, is not told at all."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        began = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - began
        match = request.resolver_match
        view = (match and match.view_name) or "-"
        # A method is whatever the client wrote, and a line for each would be kept for ever.
        method = request.method if request.method in METHODS else "other"
        metrics.REQUESTS.labels(view, method, response.status_code).observe(seconds)
        facts = {"view": view, "method": method, "status": response.status_code}
        facts |= {"ms": round(seconds * 1000), "user": _user_key(request)}
        logger.info("request", extra={"facts": facts, "request": request})
        return response


def _user_key(request):
    """The key of who is signed in, where the view asked; a log line does not ask for it."""
    user = request.__dict__.get("user")
    if isinstance(user, LazyObject) and user._wrapped is empty:
        return None
    return getattr(user, "pk", None)


class NoStore:
    """`no-store` on whatever does not say otherwise: a shared computer keeps no patient's page.

    Signed media and static files set their own lifetimes.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response


class LengthRequired:
    """411 for a body without a length: DRF would take it for no body and drop it silently."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        chunked = "chunked" in request.headers.get("Transfer-Encoding", "").lower()
        if chunked and not request.META.get("CONTENT_LENGTH"):
            detail = _("Send a Content-Length: a chunked body is not read.")
            error = {"code": "length_required", "detail": detail, "attr": None}
            return JsonResponse({"type": "client_error", "errors": [error]}, status=411)
        return self.get_response(request)
