"""Where a site is on the body map, and which site a point of it shows. Points are those of lesions:
fractions of an adult's drawing, from its top left corner."""

from functools import cache

from ..vocabulary import BodyView, Laterality
from .atlas import Figure, drawing, growth
from .drawing import Drawing, Region

STEPS = 14  # across a region, between the points at which it is looked for


def region_at(view: str, x: float, y: float) -> Region | None:
    """The region that a point lies in, or None beside the body."""
    if view not in BodyView:
        return None
    shown = drawing(BodyView(view))
    return shown.at(x * shown.width, y * shown.height)


def is_on_other_side(view: str, x: float, y: float, side: str) -> bool:
    """Whether a point lies in a region of the side opposite to a lesion's."""
    region = region_at(view, x, y) if side in Laterality else None
    return region is not None and Laterality(side).opposite == region.side != ""


@cache
def middle_of(site: str, side: str) -> tuple[BodyView, float, float] | None:
    """A point in the middle of a site: of the first drawing that has a region of its own for it,
    else of one that lies in it. None for no site; without a side, of either."""
    for exact in (True, False):
        for view in BodyView:
            shown = drawing(view)
            for region in shown.regions:
                fits = site == region.code if exact else site in region.codes
                if fits and (side == region.side or side not in Laterality or not region.side):
                    x, y = _inner_point(shown, region)
                    return view, x / shown.width, y / shown.height
    return None


def _inner_point(shown: Drawing, region: Region) -> tuple[float, float]:
    """The visible point of a region's largest shape that is nearest to the middle of them."""
    outline = max(region.outlines, key=_extent)
    left, right = min(x for x, _y in outline), max(x for x, _y in outline)
    top, bottom = min(y for _x, y in outline), max(y for _x, y in outline)
    wide, high = (right - left) / STEPS, (bottom - top) / STEPS
    seen = [
        (left + column * wide, top + row * high)
        for row in range(STEPS + 1)
        for column in range(STEPS + 1)
        if shown.at(left + column * wide, top + row * high) is region
    ]
    x, y = sum(x for x, _y in seen) / len(seen), sum(y for _x, y in seen) / len(seen)
    return min(seen, key=lambda point: (point[0] - x) ** 2 + (point[1] - y) ** 2)


def _extent(outline: list[tuple[float, float]]) -> float:
    wide = max(x for x, _y in outline) - min(x for x, _y in outline)
    return wide * (max(y for _x, y in outline) - min(y for _x, y in outline))


def shown_at(view: BodyView, figure: Figure, x: float, y: float) -> tuple[float, float]:
    """Where a point is in the drawing of a figure, in units of the drawing."""
    shown = drawing(view)
    place = x * shown.width, y * shown.height
    return growth(view).to_child(*place) if figure == "child" else place
