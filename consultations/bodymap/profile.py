"""The head from either side: drawn from its left, whose face looks to the viewer's left."""

from collections.abc import Callable

from ..vocabulary import BodyView, Laterality
from .curves import Contour, Curve, across, through
from .drawing import AXIS, Drawing

# From the throat over the face and the crown down to the nape.
HEAD = Contour(
    (168, 474, "throat"),
    (177, 452),
    (180, 426),
    (170, 406),
    (146, 399, "jaw"),
    (118, 397),
    (98, 390, "chin"),
    (87, 374),
    (86.5, 356),
    (88, 342, "under-lip"),
    (80, 333),
    (79.5, 323),
    (84, 317, "mouth"),
    (76.5, 313),
    (74.5, 304),
    (81, 292),
    (83, 282, "under-nose"),
    (75, 279),
    (61, 272),
    (57.5, 261),
    (64, 244),
    (78, 214),
    (88, 190, "nasion"),
    (85, 178),
    (83, 162, "brow"),
    (85, 134),
    (93, 98, "hairline"),
    (120, 56),
    (164, 30),
    (216, 22),
    (272, 33),
    (318, 72),
    (340, 132),
    (338, 192),
    (322, 242),
    (306, 278, "nape"),
    (300, 318),
    (304, 370),
    (318, 430),
    (334, 474, "back"),
)
EAR = through(
    (222, 226), (221, 206), (232, 192), (249, 190), (261, 202), (262, 224), (253, 246), (245, 268),
    (233, 283), (224, 278), (222, 262), (219, 244), closed=True,
)  # fmt: skip
# The edge of the scalp, which runs on under the ear.
HAIR = through(
    (93, 98), (124, 108), (150, 132), (160, 164), (180, 182), (192, 214), (204, 240), (204, 240), (222, 234),
    (246, 246), (262, 290), (280, 296), (306, 278),
)  # fmt: skip


def left() -> Drawing:
    """The patient's left side."""
    made = Drawing(BodyView.HEAD_LEFT, 400, 480, None)
    _draw(made, Laterality.LEFT)
    return made


def right() -> Drawing:
    """The same, mirrored: the patient's right side."""
    made = Drawing(BodyView.HEAD_RIGHT, 400, 480, None)
    _draw(made, Laterality.RIGHT)
    return made


def _draw(made: Drawing, side: Laterality) -> None:
    turned = side == Laterality.RIGHT

    def turn(curve: Curve) -> Curve:
        return curve.mirrored(AXIS) if turned else curve

    def put(code: str, shape: Curve, *, upon: bool = False) -> None:
        made.single(code, side=side, shapes=(turn(shape),), upon=upon)

    _skin(put)
    _features(put)
    for kind, curves in (("outline", (HEAD.curve,)), ("lines", LINES), ("faint", FAINT)):
        getattr(made, kind).extend(map(turn, curves))


def _skin(put: Callable[..., None]) -> None:
    put("43067004", HEAD.part("nape", "hairline") + HAIR)
    temple = through((160, 164), (148, 168), (132, 172))
    rear = Curve(HAIR.segments[:3])
    up = through((132, 172), (110, 160), (83, 162))
    put("68698007", HEAD.part("hairline", "brow") + up.back() + temple.back() + rear.back())
    side = Curve(HAIR.segments[3:6])
    orbit = through((132, 172), (137, 192), (150, 204), (180, 216), (204, 240))
    put("16621002", temple + orbit + side.back())
    cheek = HEAD.part("brow", "under-nose") + through((83, 282), (104, 288), (118, 318))
    cheek += through((118, 318), (122, 346), (120, 372)) + through(
        (120, 372), (160, 354), (192, 326), (206, 292)
    )
    cheek += through((206, 292), (203, 264), (204, 240)) + orbit.back() + up
    put("36141000", cheek)
    front = through((206, 292), (203, 264), (204, 240)) + Curve(HAIR.segments[6:8])
    lobe = across((246, 246), (224, 278))
    put("86719006", front + lobe + through((224, 278), (217, 288), (206, 292)))
    mouth = through((84, 317), (100, 320), (118, 318))
    put(
        "16251004",
        HEAD.part("under-nose", "mouth") + mouth + through((118, 318), (104, 288), (83, 282)),
    )
    lip = through((118, 318), (110, 332), (88, 342))
    put("66934001", HEAD.part("mouth", "under-lip") + lip.back() + mouth.back())
    chin = HEAD.part("under-lip", "chin") + through((98, 390), (116, 384), (120, 372))
    put("23747009", chin + through((120, 372), (122, 346), (118, 318)) + lip)
    low = through((224, 278), (219, 314), (203, 352), (174, 382), (146, 399))
    upper = through((120, 372), (160, 354), (192, 326), (206, 292)) + through(
        (206, 292), (217, 288), (224, 278)
    )
    put(
        "244097004",
        HEAD.part("chin", "jaw")
        + low.back()
        + upper.back()
        + through((120, 372), (116, 384), (98, 390)),
    )
    edge = through((168, 474), (186, 440), (200, 404), (203, 352))
    throat = HEAD.part("jaw", "throat") + edge
    put("11584001", throat + Curve(low.segments[2:]))
    beside = (
        lobe.back()
        + Curve(HAIR.segments[8:9])
        + through((262, 290), (270, 340), (276, 400), (292, 474))
    )
    beside += across((292, 474), (168, 474), 3) + edge
    put("5272005", beside + Curve(low.segments[:2]).back())
    back = through((262, 290), (270, 340), (276, 400), (292, 474)) + across(
        (292, 474), (334, 474), 2
    )
    put("4658004", back + HEAD.part("back", "nape") + Curve(HAIR.segments[9:]).back())


def _features(put: Callable[..., None]) -> None:
    put("1902009", EAR, upon=True)
    behind = through(
        (246, 188), (266, 192), (275, 226), (266, 260), (264, 284), (248, 292), (234, 284), (247, 264),
        (255, 244), (263, 224), (261, 202), closed=True,
    )  # fmt: skip
    put("24483006", behind, upon=True)
    put(
        "367577003",
        through((85, 170), (90, 163), (112, 158), (131, 166), (136, 174), (112, 168), closed=True),
        upon=True,
    )
    edge = through((97, 203), (108, 203), (126, 199))
    lid = through((126, 199), (134, 190), (118, 178), (100, 181), (92, 191), (97, 203))
    put("41310005", edge + lid, upon=True)
    pouch = through((97, 203), (95, 212), (106, 220), (124, 217), (133, 205), (126, 199))
    put("40069000", pouch + edge.back(), upon=True)
    nose = through((88, 190), (93, 204), (96, 232), (108, 252), (110, 268), (102, 279), (83, 282))
    put("113179006", HEAD.part("nasion", "under-nose") + nose.back(), upon=True)


LINES = (
    EAR,
    through(
        (233, 250),
        (229, 228),
        (233, 206),
        (246, 201),
        (253, 212),
        (250, 232),
        (242, 246),
        (238, 262),
    ),
    through((238, 222), (244, 222), (241, 238), (232, 252)),
    through((97, 190), (108, 186.6), (119, 189), (126, 198)),  # eye
    through((97, 190), (98, 198), (104, 203), (116, 202), (126, 198)),
    through((101, 189), (106, 194), (103, 202)),
    through((100, 183), (114, 180), (128, 188)),
    through((84, 317), (98, 320), (113, 317)),
    through((83, 276), (90, 272), (96, 276)),
    through((94, 256), (103, 262), (104, 275), (96, 280)),
)
FAINT = (
    through((81, 292), (90, 300), (113, 317)),
    through((113, 317), (98, 332), (82, 334)),
    through((104, 282), (114, 296), (121, 318)),
    through((102, 214), (118, 220), (132, 212)),
    through((206, 292), (214, 320), (204, 352), (172, 384), (140, 399)),
    through((238, 288), (240, 320), (222, 380), (188, 450)),
    through((170, 232), (160, 262), (156, 290)),
    through((288, 330), (288, 380), (300, 450)),
)
