"""Parts of pages that stand there many times over, rendered once and filled in for each."""

import html
import re
from functools import lru_cache

from django import template
from django.template import Context
from django.template.base import token_kwargs
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from .fixed import MOST, tight

register = template.Library()
# A gap, between two characters that stand for nothing.
_GAP = re.compile("\ue000([a-z_]+)\ue001")


class Filling(dict):
    """What one of them shows. The template may ask what is in `asked` (few values that are words
    or numbers); what is `told` (strings) it puts out as it is and can ask nothing of."""

    def __init__(self, asked, told):
        super().__init__(told, **asked)
        self.asked, self.told = tuple(asked.items()), told

    def escaped(self):
        return {
            name: text if type(text) is SafeString else html.escape(text)
            for name, text in self.told.items()
        }


class _Gaps(dict):
    """Stands for a filling while the template is rendered. A name that no filling has is a KeyError
    when it is filled in."""

    def __missing__(self, name):
        return mark_safe(f"\ue000{name}\ue001")  # noqa: S308


@register.tag
def filled(parser, token):
    """{% filled "tile.html" tile=image.tile part=part %}: an include, where `image.tile` is a
    Filling. Rendered once for each language, each set of what is asked of it and of the other
    values, with gaps; then what it tells is put into them, escaped.

    As {% fixed %}: the template sees no user, no token, no request.
    """
    _, name, *rest = token.split_contents()
    values = token_kwargs(rest, parser)
    return FilledNode(parser.compile_filter(name), *next(iter(values.items())), values)


class FilledNode(template.Node):
    def __init__(self, name, filling, told_by, values):
        self.name, self.filling, self.told_by = name, filling, told_by
        self.values = {key: value for key, value in values.items() if key != filling}
        self.gapped = lru_cache(MOST)(self._gapped)

    def render(self, context):
        filling = self.told_by.resolve(context)
        values = tuple([value.resolve(context) for value in self.values.values()])
        name = self.name.resolve(context)
        engine = context.template.engine
        text = self.gapped(engine, name, get_language(), filling.asked, values)
        return mark_safe(text % filling.escaped())  # noqa: S308  (a template's, and escaped)

    def _gapped(self, engine, name, language, asked, values):
        given = dict(zip(self.values, values, strict=True))
        given[self.filling] = _Gaps(asked)
        text = tight(engine.get_template(name).render(Context(given)))
        return _GAP.sub(r"%(\1)s", text.replace("%", "%%"))


@register.filter
def at_most(number, most):
    return number <= most
