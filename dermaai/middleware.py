from django.http import JsonResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _


class NothingKept:
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
