"""Arm and leg of the whole figure, as the front and the back share them: the half to the viewer's
right, in units of which the figure is 755 high; x is the distance from the middle."""

from .curves import Contour, Curve, Point, across

SCALE, TURN = 0.7, (0.285, 0.9585)  # of the hand; along the forearm
WRIST = (149.5, 401.0)


def on_wrist(x: float, y: float) -> Point:
    """A point of `hand` at the end of the arm: the fingers hang, the thumb is away from the body."""
    down, out = -y * SCALE, x * SCALE
    return WRIST[0] + TURN[0] * down + TURN[1] * out, WRIST[1] + TURN[1] * down - TURN[0] * out


_OUT, _IN = on_wrist(14.5, 8), on_wrist(-14.5, 8)

# From the neck over the shoulder to the wrist, and from the armpit to the wrist.
ARM = Contour(
    (27, 108, "jaw"),
    (23.2, 118),
    (22.4, 130),
    (25.5, 139.5),
    (37, 146.5, "neck"),
    (58, 152.5, "shoulder"),
    (78, 158.5),
    (91.5, 169),
    (98.8, 186),
    (103, 207),
    (109.5, 232),
    (116.5, 257),
    (124.5, 279, "above-elbow"),
    (130.8, 297),
    (136, 313, "below-elbow"),
    (142, 331),
    (146.8, 352),
    (151.5, 372, "above-wrist"),
    (*_OUT, "wrist"),
)
INNER_ARM = Contour(
    (72.5, 208, "armpit"),
    (79.5, 226),
    (87.5, 250),
    (96, 273),
    (100.8, 288, "above-elbow"),
    (104.2, 304),
    (107.8, 320, "below-elbow"),
    (114.5, 341),
    (123.5, 362),
    (131, 381, "above-wrist"),
    (*_IN, "wrist"),
)
# From the armpit over hip and knee to the sole, and from the crotch to the sole.
LEG = Contour(
    (72.5, 208, "armpit"),
    (73.2, 222),
    (70.5, 246, "chest"),
    (65.2, 272, "ribs"),
    (61, 296),
    (61.2, 316, "waist"),
    (65.5, 340),
    (70.5, 364, "hip"),
    (74, 392),
    (74.2, 422, "thigh"),
    (71, 460),
    (64.5, 502),
    (58.6, 534, "above-knee"),
    (56, 556),
    (55.6, 574),
    (56.6, 594, "below-knee"),
    (60, 622),
    (60.2, 648),
    (55.5, 680),
    (49.5, 710, "above-ankle"),
    (46.6, 728),
    (47.6, 738),
    (46.8, 748, "below-ankle"),
)
INNER_LEG = Contour(
    (0, 419, "crotch"),
    (3.2, 428),
    (5.8, 452),
    (10.5, 490),
    (17.5, 528, "above-knee"),
    (20.2, 550),
    (20.6, 570),
    (20.4, 590, "below-knee"),
    (20, 616),
    (22.6, 648),
    (27.6, 684),
    (29.6, 710, "above-ankle"),
    (29, 722),
    (26.8, 732),
    (28.4, 744, "below-ankle"),
)


def segment(
    outer: Contour, inner: Contour, top: str, bottom: str, bulges: tuple[float, float]
) -> Curve:
    """Closed: a limb between two names that both of its lines have, and how far the cuts sag."""
    cut = across(outer.at(bottom), inner.at(bottom), bulges[1])
    upper = across(inner.at(top), outer.at(top), bulges[0])
    return outer.part(top, bottom) + cut + inner.part(bottom, top) + upper
