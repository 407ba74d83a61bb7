"""The whole figure from behind."""

from ..vocabulary import BodyView, Laterality
from . import hand
from .curves import Curve, across, oval, through
from .drawing import Drawing
from .front import EAR, HEAD, outline, shoulder
from .limbs import ARM, INNER_ARM, INNER_LEG, LEG, on_wrist, segment

WHOLE_BACK = "66643007"


def figure() -> Drawing:
    """The figure, drawn anew."""
    made = Drawing(BodyView.BACK, 400, 800, Laterality.RIGHT)
    _head(made)
    _trunk(made)
    _arms(made)
    _legs(made)
    _lines(made)
    outline(made)
    return made


def _hair() -> Curve:
    """The lower edge of the scalp, from the side to the middle."""
    return through((28.4, 103.5), (22, 108.5), (11, 112), (0, 112.5))


def _shoulders() -> Curve:
    """Where neck and back meet."""
    return through((37, 146.5), (24, 146), (10, 148.5), (0, 149.5))


def _head(made: Drawing) -> None:
    made.middle("43067004", half=HEAD.part("crown", "jaw") + _hair())
    neck = _hair().back() + through((28.4, 103.5), (25.4, 110), (23.2, 118))
    made.middle("4658004", half=neck + ARM.part("jaw", "neck") + _shoulders())
    made.pair("1902009", shapes=(EAR + across(EAR.end, EAR.start),), upon=True)
    behind = through(
        (33.8, 66), (35.4, 74), (34, 85), (30.5, 90.5), (28.6, 80), (30.4, 69), closed=True
    )
    made.pair("24483006", shapes=(behind,), upon=True)


def _trunk(made: Drawing) -> None:
    upper = _shoulders().back() + ARM.part("neck", "shoulder") + shoulder()
    upper += LEG.part("armpit", "chest") + _below_blades()
    made.middle("699893008", WHOLE_BACK, half=upper)
    mid = _below_blades().back() + LEG.part("chest", "waist") + _loins()
    made.middle("130323", WHOLE_BACK, half=mid)
    made.middle("113182001", WHOLE_BACK, half=_loins().back() + LEG.part("waist", "hip") + _crest())
    cheek = _crest().back() + LEG.part("hip", "thigh") + _crease()
    made.pair("22180002", shapes=(cheek + across((0, 419), (0, 360)),))
    made.middle("59112000", half=through((0, 394), (4.6, 397), (4.6, 404), (0, 407)), upon=True)
    made.middle("48014002", half=through((0, 407), (4.6, 408.5), (5.4, 417), (0, 419)), upon=True)


def _below_blades() -> Curve:
    return through((70.5, 246), (46, 249), (20, 246.5), (0, 246))


def _loins() -> Curve:
    return through((61.2, 316), (40, 312.5), (18, 311), (0, 311))


def _crest() -> Curve:
    """The upper edge of the buttocks, from the side to the middle."""
    return through((70.5, 364), (50, 351), (24, 350), (0, 360))


def _crease() -> Curve:
    """Under the buttock, from the side to the middle."""
    return through((74.2, 422), (56, 432.5), (30, 436), (10, 430), (0, 419))


def _arms(made: Drawing) -> None:
    upper = shoulder() + INNER_ARM.part("armpit", "above-elbow")
    upper += across(INNER_ARM.at("above-elbow"), ARM.at("above-elbow"), -2)
    made.pair("72939005", "371311000", shapes=(upper + ARM.part("above-elbow", "shoulder"),))
    for codes, top, bottom, bulges in (
        (("181536004",), "above-elbow", "below-elbow", (-2, 4)),
        (("41550009", "371311000"), "below-elbow", "above-wrist", (4, 2)),
        (("52876008",), "above-wrist", "wrist", (2, 0)),
    ):
        made.pair(*codes, shapes=(segment(ARM, INNER_ARM, top, bottom, bulges),))
    made.pair("281642007", shapes=(hand.palm().moved(on_wrist),))
    made.pair("244169007", shapes=tuple(part.moved(on_wrist) for part in hand.fingers()))
    made.pair("770809003", shapes=tuple(part.moved(on_wrist) for part in hand.nails()), upon=True)


HEEL = through(
    (46.8, 748), (48.8, 758), (49.4, 768), (45.4, 775.4), (37, 777), (29.4, 775.4), (25.6, 768),
    (26.6, 756), (28.4, 744),
)  # fmt: skip
OUTER_FOOT = through((48.9, 759), (53.6, 765), (56.4, 771.5), (54.4, 775.6), (45.4, 775.4))


def _legs(made: Drawing) -> None:
    thigh = _crease().back() + LEG.part("thigh", "above-knee")
    thigh += across(LEG.at("above-knee"), INNER_LEG.at("above-knee"), -2)
    thigh += INNER_LEG.part("above-knee", "crotch")
    made.pair("4578000", "371304004", shapes=(thigh,))
    made.pair("84507004", shapes=(segment(LEG, INNER_LEG, "above-knee", "below-knee", (-2, 3)),))
    calf = segment(LEG, INNER_LEG, "below-knee", "above-ankle", (3, 0))
    made.pair("47224004", "371304004", shapes=(calf,))
    middle = through((39, 710), (38, 728), (37.6, 745))
    outer = LEG.part("above-ankle", "below-ankle") + across((46.8, 748), (37.6, 745))
    made.pair(
        "181564009", shapes=(outer + middle.back() + across((39, 710), LEG.at("above-ankle")),)
    )
    within = (
        middle + across((37.6, 745), (28.4, 744)) + INNER_LEG.part("below-ankle", "above-ankle")
    )
    made.pair("181563003", shapes=(within + across(INNER_LEG.at("above-ankle"), (39, 710)),))
    made.pair("60496002", shapes=(OUTER_FOOT + through((45.4, 775.4), (49.4, 768), (48.9, 759)),))
    made.pair(
        "84607009",
        shapes=(HEEL + across((28.4, 744), (37.6, 745)) + across((37.6, 745), (46.8, 748)),),
        upon=True,
    )
    made.twice(HEEL, kind="outline")
    made.twice(OUTER_FOOT, kind="outline")


def _lines(made: Drawing) -> None:
    made.once(through((0, 360), (0.4, 385), (0, 416)))
    for curve in (
        _crease(),
        through((34.6, 716), (35.4, 730), (33.8, 744)),
        through((41.6, 716), (40.8, 730), (42, 745)),
        through((25, 560), (36, 566), (52, 561)),
        *(line.moved(on_wrist) for line in hand.back_lines()),
    ):
        made.twice(curve)
    made.once(through((0, 152), (0.8, 200), (-0.4, 260), (0, 345)), kind="faint")
    for curve in (
        through((18, 178), (17, 198), (26, 226), (34, 233)),  # shoulder blade
        through((18, 178), (36, 172), (62, 166)),
        through((34, 233), (50, 222), (66, 204)),
        through((10, 255), (13, 290), (10, 330)),
        through((60, 330), (46, 343), (30, 350)),
        oval(15, 352, 1.8, 2.4),
        through((116, 292), (121, 297), (119, 304), (113, 303)),  # elbow
        through((88, 178), (93, 205), (104, 245)),
        through((46, 448), (42, 490), (38, 525)),
        through((30, 600), (30, 630), (37, 660)),  # calf
        through((52, 604), (51, 636), (42, 664)),
        through((11, 66), (14, 90), (10, 108)),
        through((10, 118), (9, 130), (12, 144)),
    ):
        made.twice(curve, kind="faint")
