"""The statistics in sentences: what is answered first, above any plot or list."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.templatetags.units import file_size

from ..failures import FAILURES
from ..models import UserImage
from . import PACE, Statistics

YEARS = 24  # months, from which they are counted as years


@dataclass(frozen=True, slots=True)
class Large:
    """An image, the room that it takes, and its share of all, %."""

    image: UserImage
    share: int


def room(statistics: Statistics) -> str:
    """How much room is left, and for how long."""
    quota = statistics.quota
    left, images = quota.left
    if not left or not images:
        return _("There is no room left: delete images, or ask the practice for more room.")
    text = ngettext(
        "%(left)s of %(limit)s are free, for %(images)s more image at most.",
        "%(left)s of %(limit)s are free, for %(images)s more images at most.",
        images,
    )
    values = {
        "left": file_size(left),
        "limit": file_size(quota.storage_limit),
        "images": images,
    }
    return f"{text % values} {_pace(statistics)}"


def _pace(statistics: Statistics) -> str:
    months = statistics.months_left
    if months is None:
        return _("Nothing was added in the last %(months)s months.") % {"months": PACE}
    if months < 1:
        return _("At the pace of the last %(pace)s months, that lasts less than a month.") % {
            "pace": PACE
        }
    if months >= YEARS:
        text = _("At the pace of the last %(pace)s months, that lasts more than %(years)s years.")
        return text % {"pace": PACE, "years": min(months // 12, 10)}
    text = ngettext(
        "At the pace of the last %(pace)s months, that lasts about %(months)s month.",
        "At the pace of the last %(pace)s months, that lasts about %(months)s months.",
        months,
    )
    return text % {"pace": PACE, "months": months}


def missing(statistics: Statistics) -> str:
    """How many images have no cut-out, and how many edges to look at."""
    failed, parts = statistics.failures.total(), []
    if failed:
        text = ngettext(
            "%(count)s image of %(total)s has no cut-out.",
            "%(count)s images of %(total)s have no cut-out.",
            failed,
        )
        parts.append(text % {"count": failed, "total": statistics.images})
    else:
        parts.append(_("No: no cut-out has failed."))
    if statistics.waiting:
        text = ngettext(
            "%(count)s is still in progress.",
            "%(count)s are still in progress.",
            statistics.waiting,
        )
        parts.append(text % {"count": statistics.waiting})
    if statistics.doubtful:
        text = ngettext(
            "Check %(count)s cut-out whose edge is of low certainty before you use it.",
            "Check %(count)s cut-outs whose edge is of low certainty before you use them.",
            statistics.doubtful,
        )
        parts.append(text % {"count": statistics.doubtful})
    return " ".join(parts)


def reasons(statistics: Statistics) -> list[tuple[str | Promise, int]]:
    """[(why, number of images)], the most frequent first."""
    counts = statistics.failures.most_common()
    return [(FAILURES.get(code, FAILURES["gave_up"]), count) for code, count in counts]


def largest(statistics: Statistics) -> str:
    """How much of the room the largest take."""
    images = statistics.largest
    taken = sum(image.stored_bytes for image in images)
    text = ngettext(
        "The largest takes %(size)s, %(share)s%% of what is used.",
        "The %(count)s largest take %(size)s, %(share)s%% of what is used.",
        len(images),
    )
    values = {"count": len(images), "size": file_size(taken)}
    return text % (values | {"share": _share(taken, statistics)})


def large(statistics: Statistics) -> list[Large]:
    """The images that take most of the room."""
    return [Large(image, _share(image.stored_bytes, statistics)) for image in statistics.largest]


def _share(part: int, statistics: Statistics) -> int:
    return round(100 * part / max(1, statistics.months[-1].stored_bytes))
