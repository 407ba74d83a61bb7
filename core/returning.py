"""Back to the page that a form was sent from, and back to what was before."""

from collections.abc import Iterable

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString


def return_url(request: HttpRequest, default: str, *, only: str = "") -> str:
    """The page of ours that the request came from, else `default`. With `only`, its path must end
    so."""
    referrer = request.META.get("HTTP_REFERER", "")
    safe = url_has_allowed_host_and_scheme(
        referrer, {request.get_host()}, require_https=request.is_secure()
    )
    return referrer if safe and referrer.partition("?")[0].endswith(only) else default


def sent_along(request: HttpRequest, default: str) -> str:
    """Where a form that leads through several pages began: its field `back`, first the page
    that it was sent from, else `default`."""
    back = request.POST.get("back", "")
    if url_has_allowed_host_and_scheme(back, {request.get_host()}):
        return back
    return return_url(request, default)


def undo_message(
    request: HttpRequest, text: str, url: str, fields: Iterable[tuple[str, object]]
) -> SafeString:
    """A message with a button "Undo" that sends the fields (name, value) to `url`."""
    hidden = [(name, str(value)) for name, value in fields]  # no number written as in a language
    context = {"text": text, "url": url, "fields": hidden}
    return render_to_string("components/undo.html", context, request)
