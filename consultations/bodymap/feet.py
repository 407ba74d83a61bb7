"""Both feet: from above, with the toes towards the viewer, and their soles, with the toes up."""

from ..vocabulary import BodyView, Laterality
from .curves import Contour, Curve, across, oval, through
from .drawing import Drawing

# The left foot from above, in the half to the viewer's right: the big toe is towards the middle.
OUTER = Contour(
    (112, 18, "top"),
    (112, 48, "above-ankle"),
    (114, 72),
    (120.5, 92),
    (117.5, 108, "below-ankle"),
    (121, 134),
    (131, 168),
    (139, 202),
    (142, 228, "ball"),
    (139.4, 243, "toes"),
)
INNER = Contour(
    (60, 18, "top"),
    (60, 48, "above-ankle"),
    (57, 72),
    (49.5, 87),
    (53.5, 104, "below-ankle"),
    (51, 132),
    (45.5, 166),
    (38.5, 200),
    (36.5, 224, "ball"),
    (42.6, 249, "toes"),
)
# Under the toes.
WEB = through((139.4, 243), (134, 250), (118, 258), (102, 262), (84, 265), (58, 264), (42.6, 249))
# Of each toe: the middle of its base, of its tip, half its width.
TOES = (
    ((56.5, 248), (55.5, 292), 14.4),
    ((82.5, 254), (83, 293.5), 9.2),
    ((101, 252), (103, 288), 8.4),
    ((117.6, 247.5), (120.6, 279.5), 7.8),
    ((132, 241), (136, 268), 7.4),
)


def _toe(base: tuple[float, float], tip: tuple[float, float], half: float) -> Curve:
    (bx, by), (tx, ty) = base, tip
    lean, long = tx - bx, ty - by
    deep = half if long > 0 else -half
    return through(
        (bx - half * 0.97, by), (bx - half * 0.86 + lean * 0.4, by + long * 0.4),
        (tx - half, ty - deep * 1.05), (tx - half * 0.64, ty - deep * 0.24), (tx, ty),
        (tx + half * 0.64, ty - deep * 0.24), (tx + half, ty - deep * 1.05),
        (bx + half * 0.86 + lean * 0.4, by + long * 0.4), (bx + half * 0.97, by),
        (bx, by - deep * 0.42), closed=True,
    )  # fmt: skip


def _nail(_base: tuple[float, float], tip: tuple[float, float], half: float) -> Curve:
    x, y = tip
    w, h = half * 0.6, half * 1.15
    return through(
        (x - w, y - h), (x - w * 0.96, y - h * 0.4), (x, y - h * 0.2), (x + w * 0.96, y - h * 0.4),
        (x + w, y - h), (x, y - h * 1.35), closed=True,
    )  # fmt: skip


def above() -> Drawing:
    """As the examiner sees them who stands before the patient: the right one is to the left."""
    made = Drawing(BodyView.FEET, 400, 320, Laterality.LEFT)
    middle = through((86, 48), (85, 78), (85.6, 106))
    top = OUTER.part("top", "above-ankle") + across(
        OUTER.at("above-ankle"), INNER.at("above-ankle"), 3
    )
    made.pair(
        "25763004",
        shapes=(top + INNER.part("above-ankle", "top") + across((60, 18), (112, 18), 4),),
    )
    outer = OUTER.part("above-ankle", "below-ankle") + across(
        OUTER.at("below-ankle"), (85.6, 106), 2
    )
    upper = through((86, 51), (99, 50.6), OUTER.at("above-ankle"))
    made.pair("181564009", shapes=(outer + middle.back() + upper,))
    inner = middle + across((85.6, 106), INNER.at("below-ankle"), 2)
    upper = through(INNER.at("above-ankle"), (73, 50.6), (86, 51))
    made.pair("181563003", shapes=(inner + INNER.part("below-ankle", "above-ankle") + upper,))
    foot = OUTER.part("below-ankle", "toes") + WEB + INNER.part("toes", "below-ankle")
    instep = across(INNER.at("below-ankle"), (85.6, 106), 2) + across(
        (85.6, 106), OUTER.at("below-ankle"), 2
    )
    made.pair("60496002", shapes=(foot + instep,))
    made.pair("52034004", shapes=tuple(_toe(*toe) for toe in TOES), upon=True)
    made.pair("770805009", shapes=tuple(_nail(*toe) for toe in TOES), upon=True)
    for curve in (OUTER.curve, INNER.curve, *(_toe(*toe) for toe in TOES)):
        made.twice(curve, kind="outline")
    for toe in TOES:
        made.twice(_nail(*toe))
    for curve in (
        through((80, 120), (66, 170), (58, 226)),
        through((88, 122), (88, 180), (85, 232)),
        through((94, 122), (106, 180), (104, 230)),
        through((99, 122), (121, 180), (122, 226)),
        oval(57, 87, 5, 7),
        oval(113, 93, 4.6, 7),
    ):
        made.twice(curve, kind="faint")
    return made


SOLE = Contour(
    (138.4, 82, "toes"),
    (143, 100),
    (143.5, 124, "ball"),
    (137.5, 160),
    (129, 196),
    (124, 232),
    (123, 258, "heel"),
    (120, 281),
    (109.5, 298),
    (92, 304),
    (74.5, 297),
    (63.6, 280),
    (61.5, 256, "inner-heel"),
    (66.5, 230),
    (69, 200),
    (60, 168),
    (46.5, 138, "inner-ball"),
    (38, 108),
    (40, 88),
    (46.4, 71, "inner-toes"),
)
SOLE_TOES = (
    ((60, 70), (56.5, 31), 14.2),
    ((86, 65), (84.5, 29), 8.6),
    ((103.5, 67), (104, 36), 7.8),
    ((118.6, 73), (121, 46), 7.3),
    ((131.5, 83), (136, 60), 7.0),
)


def soles() -> Drawing:
    """As the examiner sees them at whose side the patient's feet are: the right one is left."""
    made = Drawing(BodyView.SOLES, 400, 320, Laterality.LEFT)
    heel = through((123, 258), (106, 250), (80, 250), (61.5, 256))
    made.pair("84607009", shapes=(SOLE.part("heel", "inner-heel") + heel.back(),))
    ball = through((143.5, 124), (120, 134), (90, 140), (66, 150), (46.5, 138))
    arch = heel.back() + SOLE.part("heel", "ball") + ball
    made.pair("60496002", shapes=(arch + SOLE.part("inner-ball", "inner-heel"),))
    web = through((138.4, 82), (131, 74), (118, 64), (103, 58), (86, 55), (60, 58), (46.4, 71))
    fore = ball.back() + SOLE.part("ball", "toes") + web
    made.pair("130317", shapes=(fore + SOLE.part("inner-toes", "inner-ball"),))
    toes = tuple(_toe(*toe) for toe in SOLE_TOES)
    made.pair("52034004", shapes=toes, upon=True)
    for curve in (SOLE.curve, *toes):
        made.twice(curve, kind="outline")
    for curve in (
        through((52, 128), (64, 138), (75, 122), (77, 98)),
        through((84, 236), (80, 200), (84, 166)),
        through((90, 112), (104, 118), (122, 106)),
    ):
        made.twice(curve, kind="faint")
    return made
