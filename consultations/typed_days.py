"""Days as people type them into a search: day first, with a month in figures or in words (French
and English), with or without the century."""

import re
from datetime import date
from functools import cache

from django.conf import settings
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.translation import override

from core.folding import fold

_YEAR = r"(?P<year>\d{4}|\d{2})"
_FIGURES = re.compile(rf"(?P<day>\d{{1,2}})([/.-])(?P<month>\d{{1,2}})\2{_YEAR}", re.ASCII)
_ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})", re.ASCII)
_RUN_TOGETHER = re.compile(rf"(?P<day>\d{{2}})(?P<month>\d{{2}}){_YEAR}", re.ASCII)
_DAY, _WORD = r"(?P<day>\d{1,2})(?:er|st|nd|rd|th)?", r"(?P<month>[a-z]{3,9})\.?"
_WRITTEN = [
    re.compile(rf"(?<!\S){_DAY}\s+(?:de |of )?{_WORD},?\s+{_YEAR}(?!\S)", re.ASCII),
    re.compile(rf"(?<!\S){_WORD}\s+{_DAY},?\s+{_YEAR}(?!\S)", re.ASCII),
]


def days_of(word: str) -> list[date]:
    """The days that a folded word may mean: 4/3/1972, 04.03.72, 04-03-1972, 04031972, 040372 or
    1972-03-04. Of a year without its century those that are not in the future; else none or one."""
    for pattern in (_FIGURES, _ISO, _RUN_TOGETHER):
        if match := pattern.fullmatch(word):
            return _days(match["year"], int(match["month"]), match["day"])
    return []


def with_figures(text: str) -> str:
    """The text with each written day (4 mars 1972, 1er août 72, March 4, 1972) in figures."""
    folded = fold(text)
    for pattern in _WRITTEN:
        changed = pattern.sub(_in_figures, folded)
        if changed != folded:
            return changed
    return text


def _in_figures(match: re.Match[str]) -> str:
    months = {number for name, number in _months() if name.startswith(match["month"])}
    return f"{match['day']}/{months.pop()}/{match['year']}" if len(months) == 1 else match[0]


@cache
def _months() -> list[tuple[str, int]]:
    """(folded name, number) in every language. A beginning will do, if it is one month's alone."""
    names = []
    for language, _name in settings.LANGUAGES:
        with override(language):
            names += [(fold(str(name)), number) for number, name in MONTHS.items()]
    return names


def _days(year: str, month: int, day: str) -> list[date]:
    years = [int(year)] if len(year) == 4 else [1900 + int(year), 2000 + int(year)]
    found = []
    for one in years:
        try:
            found.append(date(one, month, int(day)))
        except ValueError:  # the 31st of February
            continue
    return found if len(year) == 4 else [one for one in found if one <= timezone.localdate()]
