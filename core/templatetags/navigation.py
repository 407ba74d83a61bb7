from typing import Any

from django import template
from django.template import Context

from core import navigation

register = template.Library()


@register.simple_tag(takes_context=True)
def entries(context: Context, place: navigation.Place) -> list[dict[str, Any]]:
    """[{label, icon, url, current}] of the links in a place of the frame. The context has `route`,
    `doctor`, `own` and `staff` (navigation.Reader)."""
    reader = navigation.Reader(
        doctor=bool(context.get("doctor")),
        own=context.get("own"),
        staff=bool(context.get("staff")),
    )
    route = context.get("route") or ""
    return [
        {
            "label": entry.label,
            "icon": entry.icon,
            "url": entry.url(reader),
            "current": entry.current(route, reader),
        }
        for entry in navigation.entries(place, reader)
    ]


@register.simple_tag
def search() -> navigation.Search | None:
    """The search in the bar, if an app has registered one."""
    return navigation.search()
