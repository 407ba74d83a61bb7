"""Icons, of the file that core.icons draws."""

from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join

from ..icons import SPRITE

register = template.Library()


@register.tag
def lucide(parser, token):
    """{% lucide "star" size=20 aria_hidden="true" %}; further attributes are the <svg>'s."""
    _, name, *rest = token.split_contents()
    parts = [bit.partition("=")[::2] for bit in rest]
    attributes = {key: parser.compile_filter(value) for key, value in parts}
    return IconNode(parser.compile_filter(name), attributes)


class IconNode(template.Node):
    """An icon's markup is the same each time, and made once."""

    def __init__(self, name, attributes):
        self.name, self.attributes = name, attributes
        self.is_fixed = all(
            not one.is_var or one.var.lookups is None for one in (name, *attributes.values())
        )
        self.drawn = None

    def render(self, context):
        if self.drawn is not None:
            return self.drawn
        given = {key: value.resolve(context) for key, value in self.attributes.items()}
        drawn = icon(str(self.name.resolve(context)), tuple(given.items()))
        if self.is_fixed:
            self.drawn = drawn
        return drawn


@lru_cache(maxsize=500)
def icon(name: str, attributes: tuple = ()) -> str:
    """The markup of an icon; `attributes` are (name, value), "_" for "-", `size` in px."""
    given = dict(attributes)
    size = given.pop("size", 24)
    told = [(key.replace("_", "-"), value) for key, value in given.items()]
    return format_html(
        '<svg width="{0}" height="{0}"{1}><use href="{2}#{3}"/></svg>',
        size,
        format_html_join("", ' {}="{}"', told),
        static(SPRITE),
        name,
    )
