"""Days and moments as a person reads them: the only place that formats a date for people.

A moment with a time zone is written in the practice's; one without (a camera's clock) as it stands.
"""

import re
from datetime import date, datetime

from django import template
from django.utils import dateformat
from django.utils.formats import get_format
from django.utils.timezone import template_localtime  # type: ignore[attr-defined]
from django.utils.translation import get_language, ngettext

register = template.Library()

LONG, WEEKDAY = "j F Y", "l j F Y"  # in both languages
MONTH, SHORT_MONTH = "F Y", "N"
CLOCK = "H:i"
FIRST = {"fr": r"j\e\r"}  # how a language writes the first of a month where a word follows
_DAY = re.compile(r"(?<!\\)j")


@register.filter
def short_day(day: date | None) -> str:
    """ "01/08/2026", "1 Aug 2026"; "" for None."""
    return _written(day, get_format("SHORT_DATE_FORMAT"))


@register.filter
def long_day(day: date | None) -> str:
    """ "1er août 2026", "1 August 2026"; "" for None."""
    return _written(day, LONG)


@register.filter
def weekday(day: date | None) -> str:
    """ "samedi 1er août 2026", "Saturday 1 August 2026"; "" for None."""
    return _written(day, WEEKDAY)


@register.filter
def moment(when: datetime | None) -> str:
    """ "01/08/2026 14:05", "1 Aug 2026, 14:05"; "" for None."""
    return _written(when, get_format("SHORT_DATETIME_FORMAT"))


@register.filter
def clock(when: datetime | None) -> str:
    """ "14:05" in both languages; "" for None."""
    return _written(when, CLOCK)


WEEKS_FROM, MONTHS_FROM, YEARS_FROM = 21, 60, 730  # days
MONTH_LONG, YEAR_LONG = 30.44, 365.25  # days, on average


def interval(first: date, last: date) -> str:
    """How far apart two days are, in words and rounded: "12 days", "6 weeks", "4 months"."""
    days = abs((last - first).days)
    if days < WEEKS_FROM:
        number, text = days, ngettext("%(n)s day", "%(n)s days", days)
    elif days < MONTHS_FROM:
        number = round(days / 7)
        text = ngettext("%(n)s week", "%(n)s weeks", number)
    elif days < YEARS_FROM:
        number = round(days / MONTH_LONG)
        text = ngettext("%(n)s month", "%(n)s months", number)
    else:
        number = round(days / YEAR_LONG)
        text = ngettext("%(n)s year", "%(n)s years", number)
    return text % {"n": number}


def month(day: date) -> str:
    """ "août 2026", "August 2026"."""
    return _written(day, MONTH)


def short_month(day: date) -> str:
    """ "août", "Aug."."""
    return _written(day, SHORT_MONTH)


def _written(day: date | None, text_format: str) -> str:
    if not day:
        return ""
    local = template_localtime(day)
    if local.day == 1 and (first := FIRST.get((get_language() or "")[:2])):
        text_format = _DAY.sub(lambda _match: first, text_format)
    return dateformat.format(local, text_format)
