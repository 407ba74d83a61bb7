"""All drawings of the body map: the nine views, for an adult and for a child."""

from collections.abc import Callable
from functools import cache
from typing import Literal

from ..vocabulary import BodyView
from . import back, child, face, feet, front, hands, profile
from .child import Growth
from .curves import Curve
from .drawing import Drawing, Region

Figure = Literal["adult", "child"]
FIGURES: tuple[Figure, ...] = ("adult", "child")
_DRAW: dict[BodyView, tuple[Callable[[], Drawing], tuple[child.Row, ...]]] = {
    BodyView.FRONT: (front.figure, child.FIGURE),
    BodyView.BACK: (back.figure, child.FIGURE),
    BodyView.FACE: (face.figure, child.HEAD),
    BodyView.HEAD_RIGHT: (profile.right, child.HEAD),
    BodyView.HEAD_LEFT: (profile.left, child.HEAD),
    BodyView.PALMS: (hands.palms, child.HAND),
    BodyView.HANDS: (hands.backs, child.HAND),
    BodyView.FEET: (feet.above, child.FOOT),
    BodyView.SOLES: (feet.soles, child.FOOT),
}


@cache
def growth(view: BodyView) -> Growth:
    """What makes an adult's drawing a child's."""
    return Growth(_DRAW[view][1])


@cache
def drawing(view: BodyView, figure: Figure = "adult") -> Drawing:
    """One drawing, made once for each process."""
    made = _DRAW[view][0]()
    if figure == "adult":
        return made
    grown = growth(view).to_child

    def moved(curves: list[Curve]) -> list[Curve]:
        return [curve.moved(grown) for curve in curves]

    made.regions = [
        Region(one.codes, one.side, tuple(moved([*one.shapes])), one.upon) for one in made.regions
    ]
    made.outline, made.lines = moved(made.outline), moved(made.lines)
    made.faint = moved(made.faint)
    return made
