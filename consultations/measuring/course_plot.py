"""The course of a lesion's size as a plot and in a sentence."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from math import ceil, floor, log10

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from core.plots import AXIS, Dot, Line, Plot, Word, scale_step
from core.templatetags.dates import short_day
from core.templatetags.units import with_margin

from ..vocabulary import ImageType
from .course import Course, Sized
from .growth import Growth

LEFT, RIGHT = 18, 86  # per cent: the first day and the last, with room for half a date beside them
LABEL_GAP = 17  # per cent between two dates that are written, at least
ASIDE, MOST_ASIDE = 12, 48  # px between images of one day, and from its first to its last
# The scale spans at least this share of the largest size: a hair's breadth is not to look like
# growth.
LEAST_SPAN = 0.5
MICROMETRES = 1000


def growth_words(growth: Growth | None) -> str:
    """ "Growth: +0.3 mm per month ± 0.2"; that no change can be measured, or not yet."""
    if growth is None:
        return _("Growth can be told once a second visit is measured.")
    if not growth.is_change:
        return _("Growth: no change that can be measured")
    figure = with_margin(abs(growth.per_month), growth.margin, _("mm per month"))
    sign = "+" if growth.per_month > 0 else "\N{MINUS SIGN}"
    return _("Growth: %(figure)s") % {"figure": f"{sign}{figure}"}


def plot_of(course: Course) -> Plot | None:
    """Each image's size with its margin on its day; None before there is growth to tell."""
    if course.growth is None:
        return None
    sized = course.sized
    types = {value: str(label) for value, label in ImageType.choices}
    plot = Plot(
        "size",
        _("Largest diameter at each visit, with its margin of error"),
        [_("Day"), _("Image"), _("Size")],
        [[short_day(one.day), types[one.image.image_type], str(one.size)] for one in sized],
        description=growth_words(course.growth),
        height=AXIS + 28,
    )
    scale = _add_scale(plot, course)
    days = _Days([one.day for one in sized])
    _add_dots(plot, sized, days, scale)
    _add_days(plot, days)
    if course.growth.is_change:
        ends = [plot.height_of(scale.share(mm)) for mm in _line_of(course.growth)]
        plot.trends.append(Line(f"{LEFT}%", ends[0], f"{RIGHT}%", ends[1]))
    return plot


class _Scale:
    """The round numbers, in micrometres, between which the plot reaches."""

    def __init__(self, values: Sequence[float], largest: float) -> None:
        """`values`, mm, are all that is to be seen."""
        low, high = max(0, min(values)), max(values)
        missing = max(0, LEAST_SPAN * largest - (high - low))
        low = max(0, low - missing / 2)
        high = max(high, low + LEAST_SPAN * largest)
        self.step = scale_step(ceil((high - low) * MICROMETRES))
        self.bottom = floor(low * MICROMETRES / self.step) * self.step
        self.top = ceil(high * MICROMETRES / self.step) * self.step

    def share(self, millimetres: float) -> float:
        place = (millimetres * MICROMETRES - self.bottom) / (self.top - self.bottom)
        return min(1, max(0, place))


def _add_scale(plot: Plot, course: Course) -> _Scale:
    values = [one.millimetres + side * one.margin for one in course.sized for side in (-1, 1)]
    if course.growth and course.growth.is_change:
        values += _line_of(course.growth)
    scale = _Scale(values, max(one.millimetres for one in course.sized))
    decimals = max(0, 3 - int(log10(scale.step)))
    for tick in range(scale.bottom, scale.top + 1, scale.step):
        number = number_format(tick / MICROMETRES, decimals, force_grouping=False)
        plot.add_gridline(scale.share(tick / MICROMETRES), f"{number}\u00a0mm")
    return scale


def _line_of(growth: Growth) -> list[float]:
    """mm on the first day and on the last."""
    return [growth.start, growth.start + growth.per_month * growth.months]


class _Days:
    """Where each day stands across the plot, per cent."""

    def __init__(self, days: Iterable[date]) -> None:
        self.counts = Counter(days)
        self.first, self.last = min(self.counts), max(self.counts)

    def place(self, day: date) -> float:
        return LEFT + (RIGHT - LEFT) * (day - self.first).days / (self.last - self.first).days

    def x(self, day: date) -> str:
        return f"{self.place(day):.2f}%"


def _add_dots(plot: Plot, sized: Sequence[Sized], days: _Days, scale: _Scale) -> None:
    """Images of one day stand side by side."""
    before: Counter[date] = Counter()
    for one in sized:
        others = days.counts[one.day] - 1
        apart = min(ASIDE, MOST_ASIDE / others) if others else 0
        y, top, bottom = (
            plot.height_of(scale.share(one.millimetres + side * one.margin)) for side in (0, 1, -1)
        )
        title = _("%(what)s: %(value)s") % {"what": short_day(one.day), "value": one.size}
        aside = round((before[one.day] - others / 2) * apart)
        plot.dots.append(Dot(days.x(one.day), y, top, bottom, title, aside))
        before[one.day] += 1


def _add_days(plot: Plot, days: _Days) -> None:
    """The first and the last are always written, others where there is room."""
    written = days.place(days.first)
    for day in sorted(days.counts):
        outer, place = day in (days.first, days.last), days.place(day)
        if outer or min(place - written, RIGHT - place) >= LABEL_GAP:
            kind = "is-day" if outer else "is-day is-minor"
            plot.words.append(Word(days.x(day), AXIS + 22, short_day(day), kind))
            written = place
