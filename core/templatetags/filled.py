"""Parts that stand on a page many times over: rendered once with gaps, which each one fills in."""

import html
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django import template
from django.template import Context, Engine
from django.template.base import FilterExpression, Parser, Token, token_kwargs
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from .fixed import MAX_CACHED, strip_indentation

register = template.Library()
# A gap: its name between two characters of Unicode's private use area.
_GAP = re.compile("\ue000([a-z_]+)\ue001")


class Filling(dict):
    """The content of one part. The template may test what is in `shape` (a few words, numbers and
    booleans, on which its markup depends); `values` (strings) it can only output as they are."""

    def __init__(self, shape: Mapping[str, Any], values: Mapping[str, str]):
        super().__init__(values, **shape)
        self.shape, self.values_by_name = tuple(shape.items()), values

    def escaped(self) -> dict[str, str]:
        return {
            name: text if type(text) is SafeString else html.escape(text)
            for name, text in self.values_by_name.items()
        }


class _Gaps(dict):
    """Takes the place of a Filling while the template is rendered. A name that no Filling has is a
    KeyError when the part is filled in."""

    def __missing__(self, name: str) -> SafeString:
        return mark_safe(f"\ue000{name}\ue001")  # noqa: S308


@register.tag
def filled(parser: Parser, token: Token) -> template.Node:
    """{% filled "tile.html" tile=image.tile part=part %}: an include, where `image.tile` is a
    Filling. Rendered with gaps once for each language, each shape and each set of the other values;
    then the Filling's values are put into the gaps, escaped.

    As with {% fixed %}, the template sees no user, no token and no request.
    """
    _, name, *rest = token.split_contents()
    values = token_kwargs(rest, parser)
    return FilledNode(parser.compile_filter(name), *next(iter(values.items())), values)


class FilledNode(template.Node):
    def __init__(
        self,
        name: FilterExpression,
        filling_name: str,
        filling: FilterExpression,
        values: dict[str, FilterExpression],
    ):
        self.name, self.filling_name, self.filling = name, filling_name, filling
        self.values = {key: value for key, value in values.items() if key != filling_name}
        self.with_gaps = lru_cache(MAX_CACHED)(self._with_gaps)

    def render(self, context: Context) -> SafeString:
        filling = self.filling.resolve(context)
        values = tuple([value.resolve(context) for value in self.values.values()])
        name = self.name.resolve(context)
        engine = context.template.engine  # type: ignore[union-attr]
        text = self.with_gaps(engine, name, get_language(), filling.shape, values)
        return mark_safe(text % filling.escaped())  # noqa: S308  (a template's, and escaped)

    def _with_gaps(
        self,
        engine: Engine,
        name: str,
        language: str | None,
        shape: tuple[tuple[str, Any], ...],
        values: tuple[Any, ...],
    ) -> str:
        given = dict(zip(self.values, values, strict=True))
        given[self.filling_name] = _Gaps(shape)
        text = strip_indentation(engine.get_template(name).render(Context(given)))
        return _GAP.sub(r"%(\1)s", text.replace("%", "%%"))


@register.filter
def at_most(number: int, most: int) -> bool:
    return number <= most
