"""Labels joined into a phrase: "Overview, upper arm", where only what comes first has a capital."""

import re
from collections.abc import Iterable

from django import template
from django.utils.functional import Promise

register = template.Library()

# A word with no other capital and no figure: not "HE", "MRI", "L5", "McBurney".
_WORD = re.compile(r"[^\W\d_][a-zß-öø-ÿœ'’-]*(?![\w'’-])")


@register.filter
def inside(label: str | Promise) -> str:
    """A label as written inside a sentence: its first letter small, unless it is an acronym."""
    text = str(label)
    return text[:1].lower() + text[1:] if _WORD.match(text) else text


@register.filter
def phrase(labels: Iterable[str | Promise]) -> str:
    """Labels with commas between them, without empty ones; the browser's format.js agrees."""
    first, *others = [str(label) for label in labels if label] or [""]
    return ", ".join([first, *map(inside, others)])
