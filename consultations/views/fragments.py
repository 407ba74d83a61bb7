"""One URL answers a page to a browser and a part of it to htmx; nobody may mix them up."""

from django.views.decorators.vary import vary_on_headers

MOST_PAGES = 10  # of a grid drawn at once

# Without it, Back shows the cached part where the page was.
vary_on_htmx = vary_on_headers("HX-Request", "HX-History-Restore-Request")


def wants_fragment(request):
    """Does htmx ask for a part? When it restores its history it wants the page."""
    return bool(request.htmx) and not request.htmx.history_restore_request


def shown(request, page):
    """How many tiles a refreshed grid is to have: those it had, in whole pages of `page`."""
    had = request.GET.get("shown", "")
    if not (had.isascii() and had.isdigit()):
        return page
    return page * min(max(1, -(-int(had[:6]) // page)), MOST_PAGES)


def query(request, **changes):
    """The query of this page with `changes`, and without the size of a refresh."""
    changed = request.GET.copy()
    for name, value in changes.items():
        changed[name] = value  # update() would add to what is there
    changed.pop("shown", None)
    return changed.urlencode()
