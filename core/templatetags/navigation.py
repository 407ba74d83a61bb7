from django import template

from core import navigation

register = template.Library()


@register.simple_tag(takes_context=True)
def entries(context, place):
    """[{label, icon, url, current}] of what the frame shows there. The context has `route`,
    `doctor`, `own` and `staff` (navigation.Reader)."""
    reader = navigation.Reader(context.get("doctor"), context.get("own"), context.get("staff"))
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
def search():
    """The search of the bar, where an app has registered one."""
    return navigation.searches[0] if navigation.searches else None
