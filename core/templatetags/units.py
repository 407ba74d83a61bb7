from math import floor

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def file_size(count: float) -> str:
    """A number of bytes as a person reads it: "57 KB", "4.2 MB" (of 1024, as file managers do).

    The browser's static/js/components/format.js follows the same rule, and a test compares them.
    Django's `filesizeformat` says "Mio" in French, which clinicians do not.
    """
    kilobytes = max(1, floor(int(count) / 1024 + 0.5))
    if kilobytes < 1000:
        return _("%(number)s KB") % {"number": kilobytes}
    megabytes = _tenths(int(count) / 2**20)
    if megabytes < 1000:
        return _("%(number)s MB") % {"number": _decimal(megabytes)}
    return _("%(number)s GB") % {"number": _decimal(_tenths(int(count) / 2**30))}


def _tenths(number: float) -> float:
    """To one decimal; a half goes up, as in the browser."""
    return floor(number * 10 + 0.5) / 10


def _decimal(number: float) -> str:
    return number_format(number, 0 if number == int(number) else 1)


@register.filter
def tally(count: int) -> str:
    """A number of pictures; counts stop at 999 (core/keyset.py: COUNT_LIMIT)."""
    return str(count) if count < 1000 else "999+"
