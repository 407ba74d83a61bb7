from math import ceil, floor, log10

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


MOST_DECIMALS = 3


def with_margin(value: float, margin: float, unit: str) -> str:
    """A measured value as a person reads it: "7.2 mm ± 0.3". The margin, rounded up, has one digit,
    or two where it begins with a 1, and the value as many decimals; never fewer than whole units.

    The browser's format.js (`withMargin`) follows the same rule, and a test compares them.
    """
    places = 2
    if margin > 0:
        exponent = floor(log10(margin))
        places = -exponent + (1 if margin < 2 * 10.0**exponent else 0)
    places = min(MOST_DECIMALS, max(0, places))
    unit_of_place = 10.0**places
    rounded = floor(value * unit_of_place + 0.5) / unit_of_place
    up = ceil(margin * unit_of_place - 1e-6) / unit_of_place
    written = [number_format(number, places, force_grouping=False) for number in (rounded, up)]
    return f"{written[0]}\u00a0{unit} ±\u00a0{written[1]}"
