"""Both hands, with the fingers up: from their palms, and from their backs."""

from collections.abc import Callable

from ..vocabulary import BodyView, Laterality
from . import hand
from .curves import Contour, Curve, Point, across
from .drawing import Drawing

ARM = Contour(
    (-14.5, 8, "ulnar"),
    (-14.6, 18),
    (-15.6, 30, "ulnar-end"),
)
RADIAL = Contour((14.5, 8, "radial"), (14.9, 18), (16.4, 30, "radial-end"))


def _outwards(x: float, y: float) -> Point:
    """In the half to the viewer's right, with the thumb away from the other hand."""
    return 90 + x * 1.8, 236 + y * 2


def _inwards(x: float, y: float) -> Point:
    return 102 - x * 1.8, 236 + y * 2


def palms() -> Drawing:
    """As somebody holds them up: the right one is to the viewer's left."""
    made = Drawing(BodyView.PALMS, 400, 320, Laterality.LEFT)
    turn = _inwards

    def put(*curves: Curve) -> tuple[Curve, ...]:
        return tuple(curve.moved(turn) for curve in curves)

    made.pair("24527008", shapes=put(_wrist()))
    made.pair("70887009", shapes=put(hand.palm()))
    made.pair("244169007", shapes=put(*hand.fingers()))
    for line in put(*hand.palm_lines()):
        made.twice(line)
    _outline(made, put)
    return made


def backs() -> Drawing:
    """As somebody shows them: the right one is to the viewer's left."""
    made = Drawing(BodyView.HANDS, 400, 320, Laterality.LEFT)

    def put(*curves: Curve) -> tuple[Curve, ...]:
        return tuple(curve.moved(_outwards) for curve in curves)

    made.pair("52876008", shapes=put(_wrist()))
    made.pair("281642007", shapes=put(hand.palm()))
    made.pair("244169007", shapes=put(*hand.fingers()))
    made.pair("770809003", shapes=put(*hand.nails()), upon=True)
    for line in put(*hand.back_lines()):
        made.twice(line, kind="faint")
    for line in put(*hand.nails()):
        made.twice(line)
    _outline(made, put)
    return made


def _wrist() -> Curve:
    end = across(ARM.at("ulnar-end"), RADIAL.at("radial-end"), 2)
    return ARM.curve + end + RADIAL.curve.back() + hand.WRIST


def _outline(made: Drawing, put: Callable[..., tuple[Curve, ...]]) -> None:
    for curve in put(hand.CONTOUR.curve, ARM.curve, RADIAL.curve):
        made.twice(curve, kind="outline")
