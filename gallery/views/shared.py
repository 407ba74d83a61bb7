"""The public page of a shared link, and the bytes of its image. Nothing else can be reached from
it, and a link that does not open gets one and the same answer, whatever the reason."""

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, TypeVar, cast

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from core.network import client_network
from core.throttling import Rate
from imaging.errors import StorageUnavailable

from ..models import Share
from ..services import shares

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PAGE_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
IMAGE_POLICY = "default-src 'none'; sandbox"


_View = TypeVar("_View", bound=Callable[..., HttpResponseBase])


class OpenRate(Rate):
    """Limits views of one link from one network: each is an event that the audit log keeps for
    years."""

    rate = "60/min"

    def get_cache_key(self, request: Any, share: Any) -> str:
        return f"open/{share.pk}/{client_network(request)}"


def unlisted(*methods: str) -> Callable[[_View], _View]:
    """A decorator: responses, refusals included, are not cached and not indexed by search engines.
    Only `methods` are allowed, and ShareNotFound becomes the page of a link that does not open."""

    def decorate(view: _View) -> _View:
        @wraps(view)
        def guarded(request: HttpRequest, token: str) -> HttpResponseBase:
            try:
                allowed = request.method in methods
                response = view(request, token) if allowed else HttpResponseNotAllowed(methods)
            except shares.ShareNotFound:
                response = _render("gone", status=404)
            for name, value in HEADERS.items():
                response[name] = value
            # Django logs refused requests with their path, and the path contains the token.
            response._has_been_logged = True  # type: ignore[attr-defined]
            return response

        # CSRF protection would protect nothing here (a forger would need the link, and nobody is
        # signed in), and it cannot work: without a referrer a form's Origin is "null". So the page
        # sets no cookie at all.
        return cast(_View, csrf_exempt(guarded))

    return decorate


@unlisted("GET", "HEAD", "POST")
def shared(request: HttpRequest, token: str) -> HttpResponseBase:
    """The page of a link: the image, or first a question. POST answers it."""
    share = shares.find(token)
    if request.method != "POST" and shares.needs_confirmation(share):
        return _render("ask", share)
    if request.method == "HEAD":
        return HttpResponse()  # asks only whether the page exists: not a view
    if not (rate := OpenRate()).allow_request(request, share):
        response = _render("ask", share, status=429, often=True)
        response["Retry-After"] = int(rate.wait() or 1)
        return response
    try:
        opening = shares.open_share(token, request.POST.get("password"))
    except shares.WrongPassword:
        problem = _("Wrong password.")
        return _render("ask", share, status=403, problem=problem)
    except shares.PasswordThrottled as pause:
        response = _render("ask", share, status=429, wait=pause.seconds)
        response["Retry-After"] = pause.seconds
        return response
    source = f"{reverse('shared_image', args=[token])}?{opening.image_pass}"
    original = ""
    if share.with_original:
        original = f"{reverse('shared_original', args=[token])}?{opening.image_pass}"
    return _render("image", share, source=source, original=original)


@unlisted("GET", "HEAD")
def shared_image(request: HttpRequest, token: str) -> HttpResponseBase:
    """The PNG, streamed by us with either storage: a signed URL would outlive the link."""
    return _stream(request, token, shares.stream_image, "image/png", "image.png")


@unlisted("GET", "HEAD")
def shared_original(request: HttpRequest, token: str) -> HttpResponseBase:
    """What a browser shows of the original, where the link was made to show it."""
    return _stream(request, token, shares.stream_original, "image/jpeg", "original.jpg")


def _stream(
    request: HttpRequest,
    token: str,
    open_blob: Callable[[str, str, str], Iterator[bytes]],
    mime_type: str,
    name: str,
) -> HttpResponseBase:
    try:
        pieces = open_blob(token, request.GET.get("e", ""), request.GET.get("s", ""))
    except StorageUnavailable as outage:
        return HttpResponse(status=503, headers={"Retry-After": outage.retry_after})
    response = StreamingHttpResponse(() if request.method == "HEAD" else pieces)
    response["Content-Type"] = mime_type
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Content-Security-Policy"] = IMAGE_POLICY
    return response


def _render(
    part: str, share: Share | None = None, *, status: int = 200, **context: Any
) -> HttpResponse:
    # Rendered without the request: no messages, no cookie, the same page for everybody.
    context |= {"share": share, "part": part}
    response = HttpResponse(render_to_string("gallery/shared.html", context), status=status)
    response["Content-Security-Policy"] = PAGE_POLICY
    return response
