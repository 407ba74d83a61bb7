"""Parts of pages that are the same at each request, rendered once."""

import re
from functools import lru_cache

from django import template
from django.template import Context
from django.template.base import token_kwargs
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

register = template.Library()
_INDENT = re.compile(r"\s*\n\s*")
MAX_CACHED = 500  # kept in a process


@register.tag
def fixed(parser, token):
    """{% fixed "part.html" route=route doctor=user.is_doctor %}: an include that is rendered once
    for each language and for each set of values.

    The template sees these values and nothing else, so that nothing of one request can stand in
    another's: no user, no token, no request. Give it few values that are words or numbers.
    """
    _, name, *rest = token.split_contents()
    return FixedNode(parser.compile_filter(name), token_kwargs(rest, parser))


class FixedNode(template.Node):
    def __init__(self, name, values):
        self.name, self.values = name, values
        self.rendered = lru_cache(MAX_CACHED)(self._rendered)

    def render(self, context):
        values = tuple(value.resolve(context) for value in self.values.values())
        name = self.name.resolve(context)
        return self.rendered(context.template.engine, name, get_language(), values)

    def _rendered(self, engine, name, language, values):
        given = dict(zip(self.values, values, strict=True))
        return strip_indentation(engine.get_template(name).render(Context(given)))


def strip_indentation(html: str) -> str:
    """Without the blanks of indented templates: a line ends, and the next begins. Not for <pre>."""
    return mark_safe(_INDENT.sub("\n", html.strip()))  # noqa: S308  (a template's)
