"""One URL serves a page to a browser and a part of it to htmx; caches must not mix them up."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import trigger_client_event

MAX_GRID_PAGES = 10  # of a grid that is rendered at once

# Without it, Back shows the cached fragment in place of the page.
vary_on_htmx = vary_on_headers("HX-Request", "HX-History-Restore-Request")


def wants_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a fragment. To restore its history it wants the whole page."""
    htmx = request.htmx  # type: ignore[attr-defined]  # django_htmx's middleware
    return bool(htmx) and not htmx.history_restore_request


def grid_size(request: HttpRequest, page_size: int) -> int:
    """How many tiles a refreshed grid shows: as many as before, in whole pages."""
    before = request.GET.get("shown", "")
    if not (before.isascii() and before.isdigit()):
        return page_size
    return page_size * min(max(1, -(-int(before[:6]) // page_size)), MAX_GRID_PAGES)


def restart_grid(request: HttpRequest) -> HttpResponse:
    """The answer where a page's position is lost because its image was deleted: the grid begins
    again. An empty page would hide the images that remain."""
    if wants_fragment(request):
        return trigger_client_event(HttpResponse(), "images:changed")
    return redirect(f"{request.path}?{query_string(request, before='')}")


def query_string(request: HttpRequest, **changes: object) -> str:
    """This page's query with `changes` applied, without the size of a refresh and the image that
    the viewer shows."""
    query = request.GET.copy()
    for name, value in changes.items():
        query[name] = value  # type: ignore[assignment]  # update() would append
    for name in ("shown", "image"):
        query.pop(name, None)
    return query.urlencode()
