"""The face from the front."""

from ..vocabulary import BodyView, Laterality
from .curves import Contour, Curve, across, oval, through
from .drawing import Drawing

HEAD = Contour(
    (0, 20, "crown"),
    (52, 27),
    (97, 54),
    (127, 100),
    (137.5, 150, "hairline"),
    (139, 198, "ear-top"),
    (135, 250, "ear-bottom"),
    (130, 286, "jaw-top"),
    (121, 318),
    (103, 352, "neck"),
    (76, 381, "chin"),
    (59, 391, "under"),
    (40, 398),
    (0, 403, "chin-end"),
)
EAR = through(
    (137.6, 196), (148, 184), (161, 190), (162.5, 214), (154, 244), (143.5, 264), (134.6, 260)
)
NECK = Contour((103, 352), (95, 384), (94, 420), (104, 444), (136, 462), (180, 474))
HAIR = through((137.5, 150), (124, 116), (84, 92), (0, 84))
BROWS = through((112, 172), (84, 152), (50, 156), (22, 168), (0, 176))
EYE_ABOVE = through((88, 208), (76, 198.5), (58, 194.5), (42, 199), (31, 211.5))
EYE_BELOW = through((31, 211.5), (44, 218.5), (60, 220), (76, 216), (88, 208))
MOUTH = through((0, 326), (10, 324.4), (30, 326), (52, 327.5))


def figure() -> Drawing:
    """The face, drawn anew."""
    made = Drawing(BodyView.FACE, 400, 480, Laterality.LEFT)
    _skin(made)
    _features(made)
    _lines(made)
    return made


def _skin(made: Drawing) -> None:
    made.middle("43067004", half=HEAD.part("crown", "hairline") + HAIR)
    temple = through((112, 172), (118, 148), (124, 116))
    edge = Curve(HAIR.segments[:1])
    rest = Curve(HAIR.segments[1:])
    made.middle("68698007", half=rest.back() + temple.back() + BROWS)
    orbit = through((139, 198), (122, 202), (106, 198), (104, 184), (112, 172))
    made.pair("16621002", shapes=(HEAD.part("hairline", "ear-top") + orbit + temple + edge.back(),))
    jaw = through((76, 381), (92, 352), (112, 318), (130, 286))
    cheek = BROWS.back() + orbit.back() + HEAD.part("ear-top", "jaw-top") + jaw.back()
    chin = through((76, 381), (58, 362), (54, 340), (28, 322), (0, 322))
    made.pair("36141000", shapes=(cheek + chin + across((0, 322), (0, 176)),))
    made.pair("244097004", shapes=(HEAD.part("jaw-top", "chin") + jaw,))
    made.middle("23747009", half=chin.back() + HEAD.part("chin", "chin-end"))
    made.pair("1902009", shapes=(EAR + across(EAR.end, EAR.start),), upon=True)
    middle = HEAD.part("chin-end", "under")
    muscle = through((59, 391), (50, 420), (30, 462), (24, 470))
    made.middle("11584001", half=middle + muscle + through((24, 470), (10, 474), (0, 474)))
    side = NECK.curve + across(NECK.curve.end, (24, 470), 2) + muscle.back()
    jawline = HEAD.part("under", "neck")
    made.pair("5272005", shapes=(side + jawline,))


def _features(made: Drawing) -> None:
    brow = through((24, 181), (27, 173), (52, 163.5), (78, 164.5), (101, 179))
    made.pair(
        "367577003",
        shapes=(brow + through((101, 179), (80, 174), (54, 174), (24, 181)),),
        upon=True,
    )
    lid = through((29, 200), (42, 187), (64, 181), (86, 188), (96, 203), (88, 208))
    made.pair(
        "41310005", shapes=(lid + EYE_BELOW.back() + across((31, 211.5), (29, 200)),), upon=True
    )
    pouch = EYE_BELOW + through(
        (88, 208), (92, 214), (84, 232), (62, 241), (40, 234), (28, 220), (31, 211.5)
    )
    made.pair("40069000", shapes=(pouch,), upon=True)
    nose = through(
        (0, 184), (11, 190), (14, 222), (19, 250), (32, 266), (36.5, 280), (31, 291), (18, 293)
    )
    base = through((0, 300), (10, 298), (18, 293))
    made.middle("113179006", half=nose + base.back(), upon=True)
    below = base + through((18, 293), (31, 294), (42, 306), (54, 326))
    made.middle("16251004", half=below + across((54, 326), (52, 327.5)) + MOUTH.back(), upon=True)
    lip = through((52, 327.5), (56, 338), (44, 350), (22, 357), (0, 358))
    made.middle("66934001", half=MOUTH + lip, upon=True)
    opening = through((0, 321.5), (16, 321.6), (36, 324.6), (50, 327.4))
    opening += through((50, 327.4), (34, 330.6), (16, 332.2), (0, 332.4))
    made.middle("113277000", half=opening, upon=True)


def _lines(made: Drawing) -> None:
    for curve in (HEAD.curve, EAR, NECK.curve):
        made.twice(curve, kind="outline")
    for curve in (
        EYE_ABOVE,
        EYE_BELOW,
        through((93, 199), (78, 188.6), (60, 186), (44, 190.6), (33, 200)),
        through((49, 196.8), (47.4, 206), (52, 218.8)),
        through((69, 196.2), (70.8, 206), (66.4, 219)),
        oval(59, 206.5, 4.4, 4.6),
        through((14, 291), (20, 287.5), (27, 289.5)),
        through((27.6, 268), (35.6, 277), (31.6, 290)),
        through((0, 297), (8, 295.6), (14, 291)),
        through((0, 316.6), (7, 313), (18, 315.4), (36, 321.6), (52, 327.5)),
        through((52, 327.5), (40, 338), (20, 343.6), (0, 344)),
        MOUTH,
        through((148, 196), (155, 204), (153, 226), (146, 244)),
    ):
        made.twice(curve)
    for curve in (
        through((16, 226), (20, 250), (26, 262)),
        through((4, 303), (6, 308), (5, 313)),
        through((38, 284), (52, 300), (60, 326)),
        through((32, 232), (48, 245), (72, 244)),
        through((14, 366), (24, 362), (32, 364)),
        through((58, 391.5), (50, 420), (28, 466)),
        through((24, 470), (70, 462), (118, 466)),
        through((116, 244), (104, 272), (92, 300)),
    ):
        made.twice(curve, kind="faint")
