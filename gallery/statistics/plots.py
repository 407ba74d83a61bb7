"""The plots of the gallery's statistics."""

from collections.abc import Callable, Sequence
from math import ceil

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.plots import AXIS, TOP, Mark, Plot, Word, scale_step
from core.templatetags.dates import month as month_and_year
from core.templatetags.dates import short_month
from core.templatetags.units import file_size

from . import Month

YEAR_LABEL_GAP = 3  # months between two years that are written, at least
BAR_SHARE = 64  # per cent of a month's width that its bar takes


def storage(months: Sequence[Month]) -> Plot:
    """The room taken at the end of each month."""
    plot = Plot(
        "storage",
        _("Space taken by the images you have now, at the end of each month"),
        [_("Month"), _("Storage")],
        [[_month_name(month), _size(month.stored_bytes)] for month in months],
    )
    _add_columns(plot, months, [month.stored_bytes for month in months], _size, unit=1024)
    return plot


_BAR_WIDTH = f"{BAR_SHARE / 12:.2f}%"


def _bar_left(number: int) -> str:
    return f"{(number + (1 - BAR_SHARE / 100) / 2) * 100 / 12:.2f}%"


def _add_columns(
    plot: Plot,
    months: Sequence[Month],
    values: list[int],
    format_value: Callable[[int], str],
    unit: int = 1,
) -> None:
    """Add a column for each month, and a scale with round numbers."""
    step = scale_step(max(values), unit)
    top = step * max(1, ceil(max(values) / step))
    for tick in range(0, top + 1, step):
        plot.add_gridline(tick / top, format_value(tick))
    for number, (month, value) in enumerate(zip(months, values, strict=True)):
        if high := round((AXIS - TOP) * value / top):
            title = _tooltip(_month_name(month), format_value(value))
            plot.marks.append(Mark(_bar_left(number), AXIS - high, _BAR_WIDTH, high, title))
    _add_month_labels(plot, months)


def _add_month_labels(plot: Plot, months: Sequence[Month]) -> None:
    for number, month in enumerate(months):
        x = f"{(number + 0.5) * 100 / 12:.2f}%"
        kind = "is-month" if number % 3 == 2 else "is-month is-minor"
        plot.words.append(Word(x, AXIS + 18, short_month(month.first), kind))
        if month.first.month == 1 or number == 0 < YEAR_LABEL_GAP <= _months_to_january(month):
            plot.words.append(Word(x, AXIS + 36, str(month.first.year), "is-month is-year"))


def _months_to_january(month: Month) -> int:
    return (13 - month.first.month) % 12


def _month_name(month: Month) -> str:
    return month_and_year(month.first)


def _tooltip(what: str | Promise, value: str) -> str:
    return _("%(what)s: %(value)s") % {"what": what, "value": value}


def _size(count: int) -> str:
    return file_size(count) if count else "0"
