"""Back to the page that a form was sent from."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def return_url(request: HttpRequest, default: str, *, only: str = "") -> str:
    """The page of ours that the request came from, else `default`. With `only`, its path must end
    so."""
    referrer = request.META.get("HTTP_REFERER", "")
    safe = url_has_allowed_host_and_scheme(
        referrer, {request.get_host()}, require_https=request.is_secure()
    )
    return referrer if safe and referrer.partition("?")[0].endswith(only) else default
