"""Parts of pages that are the same for every request, rendered once."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from django import template
from django.template import Context, Engine
from django.template.base import FilterExpression, Parser, Token, token_kwargs
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

register = template.Library()
_INDENT = re.compile(r"\s*\n\s*")
MAX_CACHED = 500  # per process


@register.tag
def fixed(parser: Parser, token: Token) -> FixedNode:
    """{% fixed "part.html" route=route doctor=user.is_doctor %}: an include that is rendered once
    for each language and each set of values.

    The template sees these values and nothing else (no user, no token, no request), so that nothing
    of one request leaks into another. Pass few values, and only words or numbers.
    """
    _, name, *rest = token.split_contents()
    return FixedNode(parser.compile_filter(name), token_kwargs(rest, parser))


class FixedNode(template.Node):
    def __init__(self, name: FilterExpression, values: dict[str, FilterExpression]) -> None:
        self.name, self.values = name, values
        self.rendered = lru_cache(MAX_CACHED)(self._rendered)

    def render(self, context: Context) -> SafeString:
        values = tuple(value.resolve(context) for value in self.values.values())
        name = self.name.resolve(context)
        engine = context.template.engine  # type: ignore[union-attr]  # set while rendering
        return self.rendered(engine, name, get_language(), values)

    def _rendered(
        self, engine: Engine, name: str, language: str | None, values: tuple[Any, ...]
    ) -> SafeString:
        variables = dict(zip(self.values, values, strict=True))
        return strip_indentation(engine.get_template(name).render(Context(variables)))


def strip_indentation(html: str) -> SafeString:
    """HTML without its templates' indentation and blank lines. Not for <pre>."""
    return mark_safe(_INDENT.sub("\n", html.strip()))  # noqa: S308  (a template's)
