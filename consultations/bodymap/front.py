"""The whole figure from the front."""

from ..vocabulary import BodyView, Laterality
from . import hand
from .curves import Contour, Curve, across, oval, through
from .drawing import Drawing
from .limbs import ARM, INNER_ARM, INNER_LEG, LEG, on_wrist, segment

# Half of the head, from the crown down to the chin.
HEAD = Contour(
    (0, 20, "crown"),
    (12, 21.2),
    (24, 27.5),
    (32.4, 39),
    (36, 54, "hairline"),
    (36.2, 66, "ear-top"),
    (35, 80, "ear-bottom"),
    (32.6, 92),
    (28.4, 103.5, "jaw"),
    (21, 113.5, "under"),
    (11, 120.2),
    (0, 121.6, "chin"),
)
EAR = through(
    (35.9, 64), (38.6, 61.6), (41.6, 64), (41.4, 71), (39, 79.5), (36, 84.5), (34.3, 83.5)
)  # fmt: skip


def figure() -> Drawing:
    """The figure, drawn anew."""
    made = Drawing(BodyView.FRONT, 400, 800, Laterality.LEFT)
    _trunk(made)
    _arms(made)
    _legs(made)
    _head(made)
    _lines(made)
    outline(made)
    return made


def outline(made: Drawing) -> None:
    """The lines around the figure, which the back has, too."""
    for curve in (
        HEAD.curve,
        EAR,
        ARM.curve,
        INNER_ARM.curve,
        LEG.curve,
        INNER_LEG.curve,
        hand.CONTOUR.curve.moved(on_wrist),
    ):
        made.twice(curve, kind="outline")


def _trunk(made: Drawing) -> None:
    muscle = through((21, 113.5), (15.5, 128), (8.5, 147))
    made.middle("11584001", half=HEAD.part("chin", "under") + muscle + _notch())
    made.pair(
        "5272005",
        shapes=(
            ARM.part("jaw", "neck")
            + through((37, 146.5), (22, 147.5), (8.5, 147))
            + muscle.back()
            + HEAD.part("under", "jaw"),
        ),
    )
    collar = through((37, 146.5), (22, 147.5), (8.5, 147))
    chest = _notch().back() + collar.back() + ARM.part("neck", "shoulder") + shoulder()
    made.middle("244106003", half=chest + LEG.part("armpit", "chest") + _costal())
    belly = _costal().back() + LEG.part("chest", "hip") + groin(0)
    made.middle("75093004", half=belly + across((11, 397), (0, 396)))
    fold = groin(0).back() + through((70.5, 364), (72.6, 378), (73.9, 390)) + groin(18)
    made.pair("39687006", shapes=(fold + through((9, 414), (12, 406), (11, 397)),))
    made.middle(
        "60944009",
        half=across((0, 396), (11, 397))
        + through((11, 397), (12, 406), (9, 414))
        + across((9, 414), (0, 419)),
    )
    made.centred("315003", shapes=(oval(0, 306, 6.2, 6.8),))
    made.pair("54468004", shapes=(oval(41, 215, 6.4, 6.4),), upon=True)


def shoulder() -> Curve:
    """Where the arm begins."""
    return through((58, 152.5), (66.5, 168), (71, 188), (72.5, 208))


def groin(lower: float) -> Curve:
    """The fold of the groin from the hip inwards, or its lower edge."""
    if not lower:
        return through((70.5, 364), (52, 377), (30, 390), (11, 397))
    return through((73.9, 390), (55, 400), (32, 409.5), (9, 414))


def _notch() -> Curve:
    return through((8.5, 147), (4.5, 150), (0, 151))


def _costal() -> Curve:
    """The lower edge of the chest, from the side to the middle."""
    return through((70.5, 246), (48, 262), (22, 259), (0, 252))


def _arms(made: Drawing) -> None:
    upper = shoulder() + INNER_ARM.part("armpit", "above-elbow")
    upper += across(INNER_ARM.at("above-elbow"), ARM.at("above-elbow"), 3)
    made.pair("45981001", "371311000", shapes=(upper + ARM.part("above-elbow", "shoulder"),))
    for codes, top, bottom, bulges in (
        (("17957002",), "above-elbow", "below-elbow", (3, 4)),
        (("70559009", "371311000"), "below-elbow", "above-wrist", (4, 2)),
        (("24527008",), "above-wrist", "wrist", (2, 0)),
    ):
        made.pair(*codes, shapes=(segment(ARM, INNER_ARM, top, bottom, bulges),))
    made.pair("70887009", shapes=(hand.palm().moved(on_wrist),))
    made.pair("244169007", shapes=tuple(part.moved(on_wrist) for part in hand.fingers()))
    armpit = through(
        (71.4, 190), (75.5, 199), (77.5, 215), (73, 221), (69, 214), (68.6, 200), closed=True
    )
    made.pair("76261009", shapes=(armpit,), upon=True)


FOOT = Contour(
    (46.8, 748, "ankle"),
    (48.6, 757),
    (53.2, 766),
    (55.6, 773),
    (52, 777.4),
    (44, 778.6),
    (33, 779.4),
    (26.4, 777.5),
    (24.4, 771),
    (25.6, 762),
    (27.2, 752),
    (28.4, 744, "inner-ankle"),
)
TOES = (
    oval(29.4, 772.6, 4.7, 6.2),
    oval(37, 774, 3.1, 4.7),
    oval(42.7, 773.4, 2.8, 4.4),
    oval(47.7, 772.3, 2.6, 4.1),
    oval(52, 770.6, 2.4, 3.8),
)


def _legs(made: Drawing) -> None:
    # Between the front of the thigh and its inner side.
    inner = through((32, 409.5), (28, 440), (25, 490), (25.5, 533))
    fold = groin(18).segments
    knee = through(LEG.at("above-knee"), (43, 535.5), (25.5, 533), INNER_LEG.at("above-knee"))
    side = Curve(LEG.part("hip", "above-knee").segments[1:])
    front = Curve(fold[:2]).back() + side + Curve(knee.segments[:2])
    made.pair("61248009", "371304004", shapes=(front + inner.back(),))
    medial = Curve(fold[2:]).back() + inner + Curve(knee.segments[2:])
    made.pair("73958006", shapes=(medial + INNER_LEG.part("above-knee", "crotch"),))
    below = across(LEG.at("below-knee"), INNER_LEG.at("below-knee"), 3)
    patella = LEG.part("above-knee", "below-knee") + below
    patella += INNER_LEG.part("below-knee", "above-knee") + knee.back()
    made.pair("181553006", shapes=(patella,))
    shin = segment(LEG, INNER_LEG, "below-knee", "above-ankle", (3, 0))
    made.pair("25763004", "371304004", shapes=(shin,))
    middle = through((39, 710), (38.5, 728), (37.6, 747))
    outer = LEG.part("above-ankle", "below-ankle") + across((46.8, 748), (37.6, 747))
    made.pair(
        "181564009", shapes=(outer + middle.back() + across((39, 710), LEG.at("above-ankle")),)
    )
    within = (
        middle + across((37.6, 747), (28.4, 744)) + INNER_LEG.part("below-ankle", "above-ankle")
    )
    made.pair("181563003", shapes=(within + across(INNER_LEG.at("above-ankle"), (39, 710)),))
    made.pair(
        "60496002",
        shapes=(FOOT.curve + across((28.4, 744), (37.6, 747)) + across((37.6, 747), (46.8, 748)),),
    )
    made.pair("52034004", shapes=TOES, upon=True)
    made.twice(FOOT.curve, kind="outline")


def _head(made: Drawing) -> None:
    hair = through((36, 54), (31.5, 46), (18, 40), (0, 38.5))
    made.middle("43067004", half=HEAD.part("crown", "hairline") + hair)
    brow = through((33.8, 66), (20, 63.6), (6, 66), (0, 67))
    side = through((36, 54), (36.3, 60), (33.8, 66))
    made.middle("68698007", half=hair.back() + side + brow)
    cheek = brow.back() + through((33.8, 66), (36.2, 66))
    cheek += HEAD.part("ear-top", "jaw") + through((28.4, 103.5), (18, 101), (12, 96), (0, 92))
    made.pair("36141000", shapes=(cheek + across((0, 92), (0, 67)),))
    chin = through((0, 92), (12, 96), (18, 101), (28.4, 103.5)) + HEAD.part("jaw", "chin")
    made.middle("23747009", half=chin)
    made.pair("1902009", shapes=(EAR + across(EAR.end, EAR.start),), upon=True)
    nose = through((0, 66), (3, 76), (6.8, 85), (5.2, 89), (0, 90.4))
    made.middle("113179006", half=nose, upon=True)
    mouth = across((0, 98.8), (10.5, 98.6))
    above = through((0, 95.2), (4, 94.4), (10.5, 98.6)) + mouth.back()
    made.middle("16251004", half=above, upon=True)
    below = mouth + through((10.5, 98.6), (5, 103), (0, 103.4))
    made.middle("66934001", half=below, upon=True)


def _lines(made: Drawing) -> None:
    for curve in (
        through((8, 147.5), (22, 149.8), (38, 148.4), (58, 153.5)),  # collar bone
        through((8.5, 147), (13.5, 134), (17.5, 120)),  # the neck's muscle
        through((8, 70.6), (13, 67.8), (18.4, 68.6), (22.6, 71.6)),  # eye
        through((8, 70.6), (13, 73.4), (18.4, 73.6), (22.6, 71.6)),
        through((7, 63.4), (14, 60.4), (24.4, 63.8)),  # brow
        through((3.4, 88.2), (6.6, 88.6), (6.8, 85)),
        through((0, 98.8), (5, 98), (10.5, 98.6)),
        oval(41, 215, 2, 2),
        through((47.5, 543), (51, 556), (47, 572)),  # knee cap
        through((29, 544), (26.6, 556), (30.5, 572)),
        *(line.moved(on_wrist) for line in hand.palm_lines()),
    ):
        made.twice(curve)
    for curve in (
        through((39, 66.5), (40, 71), (37.5, 78)),
        through((28, 240), (50, 236), (65, 223), (71.6, 209)),
        through((9, 262), (24, 270), (44, 286), (54, 302)),  # ribs
        through((22, 300), (24, 330), (18, 360)),
        through((62, 345), (54, 362), (36, 381)),
        through((86, 176), (90, 200), (99, 230), (104, 262)),
        through((106, 294), (116, 300), (126, 294)),
        through((120, 318), (130, 350), (141, 384)),
        through((52, 405), (50, 450), (43, 505)),
        through((46, 600), (44, 640), (40, 690)),
        oval(15.4, 71, 2.2, 2.2),
    ):
        made.twice(curve, kind="faint")
    made.once(through((-2.4, 303.4), (0, 302.4), (2.4, 303.6)))
