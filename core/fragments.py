"""One URL answers a page to a browser and a part of it to htmx; nobody may mix them up."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import trigger_client_event

MAX_GRID_PAGES = 10  # of a grid drawn at once

# Without it, Back shows the cached part where the page was.
vary_on_htmx = vary_on_headers("HX-Request", "HX-History-Restore-Request")


def wants_fragment(request):
    """Does htmx ask for a part? When it restores its history it wants the page."""
    return bool(request.htmx) and not request.htmx.history_restore_request


def grid_size(request, page):
    """How many tiles a refreshed grid is to have: those it had, in whole pages of `page`."""
    had = request.GET.get("shown", "")
    if not (had.isascii() and had.isdigit()):
        return page
    return page * min(max(1, -(-int(had[:6]) // page)), MAX_GRID_PAGES)


def restart_grid(request):
    """Where a page's place is lost (its image was deleted meanwhile), the grid is drawn anew: to
    show nothing more would hide what is left."""
    if wants_fragment(request):
        return trigger_client_event(HttpResponse(), "images:changed")
    return redirect(f"{request.path}?{query_string(request, before='')}")


def query_string(request, **changes):
    """The query of this page with `changes`, and without the size of a refresh."""
    changed = request.GET.copy()
    for name, value in changes.items():
        changed[name] = value  # update() would add to what is there
    changed.pop("shown", None)
    return changed.urlencode()
