"""Icons from the sprite that core.icons writes."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import template
from django.template import Context
from django.template.base import FilterExpression, Parser, Token
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from ..icons import SPRITE

register = template.Library()


@register.tag
def lucide(parser: Parser, token: Token) -> IconNode:
    """{% lucide "star" size=20 aria_hidden="true" %}; other attributes go to the <svg>."""
    _, name, *rest = token.split_contents()
    parts = [bit.partition("=")[::2] for bit in rest]
    attributes = {key: parser.compile_filter(value) for key, value in parts}
    return IconNode(parser.compile_filter(name), attributes)


class IconNode(template.Node):
    """Markup that does not depend on the context is made once."""

    def __init__(self, name: FilterExpression, attributes: dict[str, FilterExpression]) -> None:
        self.name, self.attributes = name, attributes
        self.is_fixed = all(
            not one.is_var or one.var.lookups is None for one in (name, *attributes.values())
        )
        self.markup: SafeString | None = None

    def render(self, context: Context) -> SafeString:
        if self.markup is not None:
            return self.markup
        attributes = {key: value.resolve(context) for key, value in self.attributes.items()}
        markup = icon(str(self.name.resolve(context)), tuple(attributes.items()))
        if self.is_fixed:
            self.markup = markup
        return markup


@lru_cache(maxsize=500)
def icon(name: str, attributes: tuple[tuple[str, Any], ...] = ()) -> SafeString:
    """The markup of an icon. `attributes`: (name, value), with "_" for "-"; `size` is in px."""
    values = dict(attributes)
    size = values.pop("size", 24)
    pairs = [(key.replace("_", "-"), value) for key, value in values.items()]
    return format_html(
        '<svg width="{0}" height="{0}"{1}><use href="{2}#{3}"/></svg>',
        size,
        format_html_join("", ' {}="{}"', pairs),
        static(SPRITE),
        name,
    )
