"""The body map's drawings as SVG, once for each language: only markers differ from page to page."""

from functools import cache
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from core.templatetags.words import phrase

from ..vocabulary import BODY_SITES, BodyView, Laterality
from .atlas import Figure, drawing
from .drawing import Region


def title_of(region: Region) -> str:
    """For example "Forearm, front, left"."""
    side = Laterality(region.side).label if region.side else ""
    return phrase([BODY_SITES[region.code].label, side])


def inside(view: BodyView, figure: Figure) -> SafeString:
    """What is inside the `<svg>` of a drawing: regions, which carry site and side, and lines."""
    return _inside(view, figure, get_language() or "")


@cache
def _inside(view: BodyView, figure: Figure, language: str) -> SafeString:
    shown = drawing(view, figure)
    regions = "".join(
        f'<path class="region" data-site="{region.code}" data-side="{region.side}"'
        f' d="{region.path}"><title>{escape(title_of(region))}</title></path>'
        for region in shown.regions
    )
    parts = [f'<g class="regions">{regions}</g>']
    for kind, curves in (
        ("faint", shown.faint),
        ("lines", shown.lines),
        ("outline", shown.outline),
    ):
        parts.append(f'<path class="{kind}" d="{"".join(curve.path() for curve in curves)}"/>')
    return mark_safe("".join(parts))  # noqa: S308  (numbers, codes, and titles that are escaped)


def sides(view: BodyView) -> tuple[str, str]:
    """What is written at the left and the right edge of a drawing: the patient's sides."""
    right = drawing(view).right_of_axis
    if right is None:
        return "", ""
    return str(Laterality(right.opposite).label), str(Laterality(right).label)
