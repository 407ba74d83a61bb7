"""What the body map shows on a page: the drawings of a group, and the lesions on them."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.fragments import query_string
from core.templatetags.dates import short_day
from core.templatetags.words import phrase

from ..bodymap import svg
from ..bodymap.atlas import FIGURES, Figure, drawing, growth
from ..bodymap.places import middle_of, shown_at
from ..identity import whole_months
from ..models import Lesion, Patient
from ..vocabulary import BodyView

GROUPS = {
    "body": (gettext_lazy("Body"), (BodyView.FRONT, BodyView.BACK)),
    "head": (gettext_lazy("Head"), (BodyView.HEAD_RIGHT, BodyView.FACE, BodyView.HEAD_LEFT)),
    "hands": (gettext_lazy("Hands"), (BodyView.PALMS, BodyView.HANDS)),
    "feet": (gettext_lazy("Feet"), (BodyView.FEET, BodyView.SOLES)),
}
CHILD_UNTIL = 12 * 12  # months


class Marker(NamedTuple):
    """A lesion on a drawing, in units of it. `placed`: at its own point, not its site's middle."""

    x: float
    y: float
    label: str
    title: str
    url: str
    kind: str  # overdue, or its status
    placed: bool


def context(
    request: HttpRequest,
    patient: Patient,
    lesions: Iterable[Lesion],
    *,
    view: str = "",
    choosing: bool = False,
) -> dict[str, Any]:
    """For patients/partials/body_map.html: the group that the query asks for, or that of `view`.
    `choosing`: a form beside it takes what is tapped, so that markers do not lead away."""
    kept = {"choosing": 1} if choosing else {}
    asked = request.GET.get("group", "")
    group = asked if asked in GROUPS else _group_of(view)
    chosen = request.GET.get("figure", "")
    figure: Figure = "child" if chosen == "child" else "adult"
    if chosen not in FIGURES:
        figure = figure_of(patient)
    places = [(lesion, *_place(lesion)) for lesion in lesions]
    return {
        "choosing": choosing,
        "map_groups": [
            (str(label), query_string(request, group=name, **kept), name == group)
            for name, (label, _views) in GROUPS.items()
        ],
        "map_figures": [
            (text, query_string(request, figure=name, **kept), name == figure)
            for text, name in ((_("Adult"), "adult"), (_("Child"), "child"))
        ],
        "map_views": [_shown(one, figure, places) for one in GROUPS[group][1]],
    }


def _group_of(view: str) -> str:
    return next((name for name, (_label, views) in GROUPS.items() if view in views), "body")


def figure_of(patient: Patient) -> Figure:
    """On which drawing a patient's lesions are shown unless somebody asks for the other."""
    if patient.birth_date is None:
        return "adult"
    months = whole_months(patient.birth_date, timezone.localdate())
    return "child" if months < CHILD_UNTIL else "adult"


def _place(lesion: Lesion) -> tuple[tuple[BodyView, float, float] | None, bool]:
    """Where a lesion is shown, if anywhere, and whether that is its own point."""
    if lesion.map_view and lesion.map_x is not None and lesion.map_y is not None:
        return (BodyView(lesion.map_view), lesion.map_x, lesion.map_y), True
    return middle_of(lesion.body_site, lesion.laterality), False


def _shown(view: BodyView, figure: Figure, places: list[Any]) -> dict[str, Any]:
    shown = drawing(view, figure)
    markers = [
        _marker(lesion, figure, place, placed)
        for lesion, place, placed in places
        if place and place[0] == view
    ]
    left, right = svg.sides(view)
    return {
        "name": view.value,
        "label": view.label,
        "width": f"{shown.width:g}",
        "height": f"{shown.height:g}",
        "inside": svg.inside(view, figure),
        "left": left,
        "right": right,
        "growth": [[round(n, 3) for n in row] for row in growth(view).table]
        if figure == "child"
        else None,
        "markers": markers,
    }


def _marker(
    lesion: Lesion, figure: Figure, place: tuple[BodyView, float, float], placed: bool
) -> Marker:
    x, y = shown_at(place[0], figure, *place[1:])
    url = reverse("lesion_detail", args=[lesion.pk])
    kind = "overdue" if lesion.is_overdue else lesion.status
    return Marker(round(x, 1), round(y, 1), lesion.label, describe(lesion), url, kind, placed)


def describe(lesion: Lesion) -> str:
    """For example "L1, forearm, front, left, 4 images, overdue since 1 Aug 2026"."""
    count = ngettext("%(n)s image", "%(n)s images", lesion.images_count)
    due = _("Overdue since %(day)s") % {"day": short_day(lesion.next_review)}
    words = [lesion.label, lesion.site_label, count % {"n": lesion.images_count}]
    return phrase([*words, due if lesion.is_overdue else lesion.get_status_display()])
