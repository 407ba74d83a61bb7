"""A hand, drawn once: the fingers point up, the thumb to the viewer's right. It is the right hand
seen from its palm, or the left seen from its back. Its wrist is at (0, 0), and it is 105 high."""

from collections.abc import Callable
from math import hypot

from .curves import Contour, Curve, Point, across, through

# Of each finger: the middle of its base, its tip, half its width there.
FINGERS = {
    "little": ((-18.4, -46), (-28, -80), 4.7),
    "ring": ((-8.6, -51.5), (-12.4, -96), 5.2),
    "middle": ((2.2, -53), (2.6, -104), 5.4),
    "index": ((12.9, -50), (18, -95), 5.2),
}
THUMB = ((27.4, -29.5), (46, -59), 6.1)
# How wide a finger is along its length: at the joints it is a little wider.
PROFILE = (
    (0, 1.04),
    (0.22, 0.95),
    (0.44, 1.02),
    (0.62, 0.92),
    (0.78, 0.95),
    (0.9, 0.82),
    (0.965, 0.54),
)

Named = tuple[float, float] | tuple[float, float, str]


def _finger(name: str, base: Point, tip: Point, half: float) -> list[Named]:
    """Around a finger, from the ulnar side of its base over the tip to the radial side."""
    length = hypot(tip[0] - base[0], tip[1] - base[1])
    dx, dy = (tip[0] - base[0]) / length, (tip[1] - base[1]) / length

    def side(share: float, width: float, sign: int) -> Point:
        along, off = share * length, sign * width * half
        return base[0] + dx * along - dy * off, base[1] + dy * along + dx * off

    up = [side(share, width, -1) for share, width in PROFILE]
    down = [side(share, width, 1) for share, width in reversed(PROFILE)]
    first, last = (*up[0], f"{name}-ulnar"), (*down[-1], f"{name}-radial")
    return [first, *up[1:], tip, *down[:-1], last]


_around: list[Named] = [(-14.5, 8, "ulnar"), (-14.9, 0), (-17.4, -9), (-21.2, -20), (-23.2, -33)]
for _name, _finger_of in FINGERS.items():
    _around += _finger(_name, *_finger_of)
_around += [(18.6, -42), (19.6, -36.5)]
_around += _finger("thumb", *THUMB)
_around += [(27, -15.5), (19, -5), (15.2, 1.5), (14.5, 8, "radial")]
CONTOUR = Contour(*_around)
NAMES = (*FINGERS, "thumb")


def _base(name: str) -> Curve:
    """The crease at a finger's base, from its radial to its ulnar side."""
    return across(CONTOUR.at(f"{name}-radial"), CONTOUR.at(f"{name}-ulnar"), 1.6)


WRIST = across(CONTOUR.at("radial"), CONTOUR.at("ulnar"))


def fingers() -> tuple[Curve, ...]:
    """The five, each closed at its base."""
    parts = ((name, CONTOUR.part(f"{name}-ulnar", f"{name}-radial")) for name in NAMES)
    return tuple(part + _base(name) for name, part in parts)


def palm() -> Curve:
    """The hand without its fingers."""
    start, whole = "ulnar", Curve([])
    for name in NAMES:
        whole += CONTOUR.part(start, f"{name}-ulnar") + _base(name).back()
        start = f"{name}-radial"
    return whole + CONTOUR.part(start, "radial") + WRIST


def nails() -> tuple[Curve, ...]:
    """The five nails, seen from the back."""
    made = []
    for base, tip, half in (*FINGERS.values(), THUMB):
        length = hypot(tip[0] - base[0], tip[1] - base[1])
        dx, dy = (tip[0] - base[0]) / length, (tip[1] - base[1]) / length

        def at(along: float, off: float, tip: Point = tip, dx: float = dx, dy: float = dy) -> Point:
            return tip[0] - dx * along - dy * off, tip[1] - dy * along + dx * off

        w = half * 0.62
        made.append(
            through(
                at(10, -w * 0.86), at(6, -w), at(2.6, -w * 0.92), at(1.5, 0), at(2.6, w * 0.92),
                at(6, w), at(10, w * 0.86), at(11.2, 0), closed=True,
            )
        )  # fmt: skip
    return tuple(made)


def palm_lines() -> list[Curve]:
    """The creases of the palm."""
    return [
        through((17.5, -35), (8, -30), (2.5, -19), (1.5, -5)),  # around the thumb
        through((17.6, -38), (5, -33), (-8, -25), (-14, -19)),
        through((-21, -38), (-9, -38.5), (1, -43), (6, -49)),
    ]


def back_lines() -> list[Curve]:
    """The tendons, and the folds over the finger joints."""
    made = [
        through((x * 0.35, -16), (x * 0.75, -32), (x * 0.93, -42)) for x in (-18.6, -8.6, 2.2, 12.9)
    ]
    for base, tip, half in FINGERS.values():
        for share in (0.42, 0.68):
            x, y = base[0] + (tip[0] - base[0]) * share, base[1] + (tip[1] - base[1]) * share
            made.append(through((x - half * 0.5, y + 0.5), (x, y - 0.8), (x + half * 0.5, y + 0.2)))
    return made


def placed(curve: Curve, where: Callable[[float, float], Point]) -> Curve:
    """A part of the hand in a drawing."""
    return curve.moved(where)
