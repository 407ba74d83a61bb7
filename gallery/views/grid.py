from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode

from accounts.requests import UserRequest
from audit.trail import Action, record
from core import keyset
from core.fragments import grid_size, query_string, restart_grid, vary_on_htmx, wants_fragment

from ..forms import GalleryPageFilter, parse_keys
from ..models import StorageQuota, UserImage
from ..models.images import UserImageQuerySet
from ..services import tags
from .tiles import with_tile_facts

IMAGES = 48
MAX_WATCHED = 40  # images that one request asks about, so that its URL stays short
POLL_PAUSES = (1, 2, 3, 5)  # seconds before the next request, while nothing changes
MAX_SUGGESTIONS = 100


@login_required
@vary_on_htmx
def gallery(request: UserRequest) -> HttpResponse:
    """The user's images: the page, its refreshed grid, or the next page of tiles."""
    own_images = UserImage.objects.visible_to(request.user)
    filters = GalleryPageFilter(request.GET, own_images, request=request)
    filtered = filters.qs  # first: this validates the filters
    cursor, by_tag = request.GET.get("before", ""), filters.page_keys == own_images.BY_TAG
    page = keyset.page(
        filtered,
        filters.page_keys,
        cursor,
        grid_size(request, IMAGES),
        among=None if by_tag else own_images,  # the cursor may no longer match the filters
        ascending=filters.ascending,
        by_key=True,
    )
    if page.lost:
        return restart_grid(request)
    record(Action.LISTED, request.user, images=len(page.images))
    images = with_tile_facts(page.images)
    context = {
        "images": images,
        "waits": any(image.is_waiting for image in images),
        "part": wants_fragment(request),
        "next_query": query_string(request, before=page.next) if page.next else None,
    }
    if context["part"] and cursor:
        return render(request, "gallery/partials/tiles.html", context)
    values = {name: value for name, value in filters.form.cleaned_data.items() if value}
    criteria = values.keys() - {"ordering"}
    context |= _live_context(request, request.GET) | {
        "filters": filters,
        "values": values,
        "narrowed": criteria,
        "refresh_query": query_string(request, before=""),
        "found": len(images) if criteria and not (page.next or cursor) else None,
    }
    if context["part"]:
        return render(request, "gallery/partials/refreshed.html", context)
    context |= {
        "own_tags": tags.suggestions(request.user, most=MAX_SUGGESTIONS),
        "max_size": settings.MAX_UPLOAD_SIZE,
    }
    return render(request, "gallery/grid.html", context)


@login_required
def progress(request: UserRequest) -> HttpResponse:
    """New tiles for images that a page shows as waiting, and, while some still wait, the element
    that asks again."""
    watched = parse_keys(request.GET.getlist("ids"), MAX_WATCHED)
    images = UserImage.objects.visible_to(request.user).in_bulk(watched)
    waiting = [image for image in images.values() if image.is_waiting]
    done = [image for image in images.values() if not image.is_waiting]
    with_tile_facts([*waiting, *done])
    previous = request.GET.get("turn", "")
    turn = (
        0 if done or not previous.isdecimal() else min(int(previous[:2]) + 1, len(POLL_PAUSES) - 1)
    )
    context = {
        "waiting": waiting,
        "done": done,
        "gone": [key for key in watched if key not in images],
        "turn": turn,
        "pause": POLL_PAUSES[turn],
    }
    if done:
        page = QueryDict((request.htmx.current_url or "").partition("?")[2])
        context |= _live_context(request, page)
    return render(request, "gallery/partials/progress.html", context)


def _live_context(request: UserRequest, page: QueryDict) -> dict[str, Any]:
    """Context that changes while the page is open: the quota and the one-click filters. `page` is
    the query string of that page."""
    own_images = UserImage.objects.visible_to(request.user)
    return {
        "quota": StorageQuota.objects.of(request.user.pk),
        "chips": list(_chips(page, own_images)),
        "kept": [(name, page[name]) for name in ("favorite", "status") if page.get(name)],
    }


def _chips(page: QueryDict, own_images: UserImageQuerySet) -> Iterator[dict[str, Any]]:
    """Links that each set one filter, or remove it if it is set."""
    month = timezone.localdate().replace(day=1).isoformat()
    waiting = keyset.count(own_images.waiting())
    failed = keyset.count(own_images.filter(status=UserImage.Status.FAILED))
    offered = [
        ("favorites", "favorite", "true", None),
        ("month", "date_from", month, None),
        ("waiting", "status", GalleryPageFilter.WAITING, waiting),
        ("failed", "status", UserImage.Status.FAILED.value, failed),
    ]
    for kind, name, value, count in offered:
        active = page.get(name) == value and not (kind == "month" and page.get("date_to"))
        if active or count != 0:
            link = _toggled_query(page, name, None if active else value)
            yield {"kind": kind, "count": count, "on": active, "query": link}
    if tag := page.get("tag", "").strip():
        yield {"kind": "tag", "text": tag, "on": True, "query": _toggled_query(page, "tag", None)}


def _toggled_query(page: QueryDict, name: str, value: str | None) -> str:
    parameters: dict[str, Any] = {
        key: page[key] for key in page if page[key] and key not in ("before", "shown", name)
    }
    return urlencode(parameters | ({name: value} if value else {}))
