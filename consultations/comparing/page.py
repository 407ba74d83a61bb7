"""What the comparing page shows of its pictures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.templatetags.dates import long_day
from core.templatetags.words import phrase

from ..facts import FactSheet
from ..models import Comparison, ConsultationImage
from ..models.comparison import Mode
from .opening import Opened

LETTERS = "ABCD"


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture on the page. `gap` and `words` say how long after the one before it was taken:
    "+118 d", "118 days after the picture before"; "" for the first, and where nothing is known."""

    image: ConsultationImage
    day: date
    written: str  # the day, marked where it is not the picture's own
    written_short: str
    gap: str
    words: str
    kind: str  # "Dermoscopy, contact polarized"
    letter: str = ""  # A to D, of a pane
    mirrored: str = ""  # what is known of its hand, where that is a warning
    mm_per_px: float | None = None  # of the original, where somebody has set its scale
    interval: str = ""  # of one to choose: from the first picture, "−118 d"
    with_these: str = ""  # keys, for the address of the comparison with it, or without it
    without: str = ""

    @property
    def label(self) -> str:
        """What the picture is, for who does not see it."""
        day = ", ".join(filter(None, [self.written, self.words]))
        return ", ".join(filter(None, [self.image.label, day]))


def shown(
    images: Sequence[ConsultationImage], scales: Mapping[int, float] = MappingProxyType({})
) -> list[Shown]:
    """The panes, in the order given, with their intervals; `scales`: {key: mm per px}."""
    days = {image.pk: image.date_and_source for image in images}
    sheet, short, since = _sheet(), FactSheet(), _gaps(day for day, _source in days.values())
    keys = [image.pk for image in images]
    result = []
    for image, letter in zip(images, LETTERS, strict=False):
        day, source = days[image.pk]
        gap = since.get(day, 0)
        words = ngettext(
            "%(count)s day after the picture before", "%(count)s days after the picture before", gap
        )
        result.append(
            Shown(
                image=image,
                day=day,
                written=sheet.shown_day(day, source),
                written_short=short.shown_day(day, source),
                gap=_("+%(count)s d") % {"count": gap} if gap else "",
                words=words % {"count": gap} if gap else "",
                kind=_kind(image),
                letter=letter,
                mirrored=sheet.mirrors.get(image.mirrored, ""),
                mm_per_px=scales.get(image.pk),
                without=_joined(key for key in keys if key != image.pk),
            )
        )
    return result


def choices(found: Iterable[ConsultationImage], images: Sequence[ConsultationImage]) -> list[Shown]:
    """Pictures that may be laid beside `images`, with the days from the first of these."""
    first, sheet = images[0].shown_date, _sheet()
    taken = [(image.shown_date, image.pk) for image in images]
    result = []
    for image in found:
        day, source = image.date_and_source
        days = (day - first).days
        text = _("+%(count)s d") if days > 0 else _("−%(count)s d")
        result.append(
            Shown(
                image=image,
                day=day,
                written=sheet.shown_day(day, source),
                written_short="",
                gap="",
                words="",
                kind=_kind(image),
                interval=text % {"count": abs(days)} if days else "",
                # The earlier one on the left.
                with_these=_joined(key for _day, key in sorted([*taken, (day, image.pk)])),
            )
        )
    return result


def arrangement(saved: Comparison | None) -> dict[str, Any]:
    """What was kept of how the panes lie, for the page's script; keys are strings there. `panes`
    are as the API tells them."""
    panes = saved.panes if saved else []
    return {
        "mode": saved.mode if saved else Mode.SIDE,
        "view": saved.view if saved else None,
        "lay": {str(pane.image_id): pane.transform for pane in panes},
        "mirrored": [str(pane.image_id) for pane in panes if pane.flipped],
        "panes": [
            {"image": pane.image_id, "transform": pane.transform, "flipped": pane.flipped}
            for pane in panes
        ],
    }


def _sheet() -> FactSheet:
    return FactSheet(day=long_day)  # there is room for the month's name


def _kind(image: ConsultationImage) -> str:
    return phrase([image.get_image_type_display(), image.get_dermoscopic_type_display()])


def _joined(keys: Iterable[int]) -> str:
    return ",".join(map(str, keys))


def _gaps(days: Iterable[date]) -> dict[date, int]:
    """{day: days since the latest day before it}; the first one has none."""
    ordered = sorted({*days})
    return {later: (later - earlier).days for earlier, later in pairwise(ordered)}


def proposed_name(panes: Sequence[Shown]) -> str:
    """What a comparison is called unless somebody says otherwise: where, and from when to when."""
    days = sorted({pane.day for pane in panes})
    span = " – ".join(long_day(day) for day in dict.fromkeys([days[0], days[-1]]))
    return ", ".join(filter(None, [panes[0].image.site_label, span]))[:150]


def left_out(opened: Opened) -> list[str]:
    """Sentences about the pictures that were asked for and are not shown."""
    told = []
    if count := opened.gone:
        text = ngettext(
            "%(count)s image is missing: it has been deleted, or you do not have access to it.",
            "%(count)s images are missing: they have been deleted, or you do not have access to"
            " them.",
            count,
        )
        told.append(text % {"count": count})
    if opened.repeated:
        told.append(_("An image was named twice: it is shown once."))
    if count := opened.too_many:
        text = ngettext(
            "A comparison shows four images: %(count)s is left out.",
            "A comparison shows four images: %(count)s are left out.",
            count,
        )
        told.append(text % {"count": count})
    return told
