"""Smooth lines for the body map: cubic Bézier curves through points that somebody drew."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from math import hypot

Point = tuple[float, float]
Segment = tuple[Point, Point, Point, Point]  # where it begins, two controls, where it ends


class Curve:
    """Segments, each of which begins where the one before ends."""

    def __init__(self, segments: Iterable[Segment]) -> None:
        self.segments = tuple(segments)

    def __add__(self, other: "Curve") -> "Curve":
        """This one and then the other, with a straight line between them where they do not meet."""
        if not self.segments:
            return other
        end, start = self.segments[-1][3], other.segments[0][0]
        bridge = () if hypot(end[0] - start[0], end[1] - start[1]) < 1e-6 else (_line(end, start),)
        return Curve((*self.segments, *bridge, *other.segments))

    @property
    def start(self) -> Point:
        return self.segments[0][0]

    @property
    def end(self) -> Point:
        return self.segments[-1][3]

    def back(self) -> "Curve":
        """The same from its end to its start."""
        return Curve((d, c, b, a) for a, b, c, d in reversed(self.segments))

    def moved(self, where: Callable[[float, float], Point]) -> "Curve":
        """Each of its points, controls too, where the function says."""
        return Curve((where(*a), where(*b), where(*c), where(*d)) for a, b, c, d in self.segments)

    def mirrored(self, axis: float = 0) -> "Curve":
        """On the other side of a vertical line, and in the same sense of rotation."""
        return self.moved(lambda x, y: (2 * axis - x, y)).back()

    def points(self, each: int = 5) -> list[Point]:
        """Points along it, `each` per segment."""
        found = [self.start]
        for a, b, c, d in self.segments:
            for step in range(1, each + 1):
                t = step / each
                u = 1 - t
                parts = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
                found.append(
                    (
                        sum(p * q[0] for p, q in zip(parts, (a, b, c, d), strict=True)),
                        sum(p * q[1] for p, q in zip(parts, (a, b, c, d), strict=True)),
                    )
                )
        return found

    def path(self, *, close: bool = False) -> str:
        """The `d` of an SVG path."""
        x, y = _rounded(self.start)
        texts = [f"M{x / 10:g},{y / 10:g}"]
        for _a, *points in self.segments:  # relative to where it begins: shorter
            tenths = [_rounded(point) for point in points]
            numbers = [
                text for px, py in tenths for text in (f"{(px - x) / 10:g}", f"{(py - y) / 10:g}")
            ]
            texts.append("c" + " ".join(numbers).replace(" -", "-"))
            x, y = tenths[-1]
        return "".join(texts) + ("Z" if close else "")


def _rounded(point: Point) -> tuple[int, int]:
    """In tenths of a unit."""
    return round(point[0] * 10), round(point[1] * 10)


def _line(a: Point, b: Point) -> Segment:
    third = (b[0] - a[0]) / 3, (b[1] - a[1]) / 3
    return a, (a[0] + third[0], a[1] + third[1]), (b[0] - third[0], b[1] - third[1]), b


def through(*points: Point, closed: bool = False) -> Curve:
    """A smooth curve through points; where a point is given twice it has a corner. The tangent at a
    point is that of its neighbours, and the controls are a third of the chord away, so that points
    may lie close on one side of a point and far on the other."""
    if closed:
        around = (points[-1], *points, points[0], points[1])
        return Curve(_segments(around)[1:-1])
    return Curve(_segments(points))


def _segments(points: Sequence[Point]) -> list[Segment]:
    made = []
    for index, (a, b) in enumerate(pairwise(points)):
        if a == b:
            continue
        before = points[index - 1] if index else _beyond(a, b)
        after = points[index + 2] if index + 2 < len(points) else _beyond(b, a)
        chord = hypot(b[0] - a[0], b[1] - a[1]) / 3
        ta, tb = _tangent(before, a, b), _tangent(a, b, after)
        made.append(
            (
                a,
                (a[0] + ta[0] * chord, a[1] + ta[1] * chord),
                (b[0] - tb[0] * chord, b[1] - tb[1] * chord),
                b,
            )
        )
    return made


def _beyond(end: Point, inner: Point) -> Point:
    """What comes after the end of a curve: on the axis (x = 0) its mirror image, else nothing."""
    return end if end[0] else (-inner[0], inner[1])


def _tangent(before: Point, at: Point, after: Point) -> Point:
    """Of about unit length, weighted by how far the neighbours are."""
    near = hypot(at[0] - before[0], at[1] - before[1])
    far = hypot(after[0] - at[0], after[1] - at[1])
    if not near:
        return (after[0] - at[0]) / far, (after[1] - at[1]) / far
    if not far:
        return (at[0] - before[0]) / near, (at[1] - before[1]) / near
    total = near + far
    return (
        (at[0] - before[0]) / near * far / total + (after[0] - at[0]) / far * near / total,
        (at[1] - before[1]) / near * far / total + (after[1] - at[1]) / far * near / total,
    )


class Contour:
    """A smooth line through points, some of which have names: parts of it are cut out by these."""

    def __init__(self, *points: tuple[float, float] | tuple[float, float, str]) -> None:
        self.curve = through(*((point[0], point[1]) for point in points))
        self._at = {point[2]: index for index, point in enumerate(points) if len(point) == 3}

    def part(self, start: str, end: str) -> Curve:
        """From one named point to another, in either direction."""
        first, last = self._at[start], self._at[end]
        if first < last:
            return Curve(self.curve.segments[first:last])
        return Curve(self.curve.segments[last:first]).back()

    def at(self, name: str) -> Point:
        """A named point."""
        index = self._at[name]
        return self.curve.segments[index][0] if index < len(self.curve.segments) else self.curve.end


def across(a: Point, b: Point, bulge: float = 0) -> Curve:
    """From one point to another, bent downwards by `bulge`."""
    return (
        through(a, ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2 + bulge), b)
        if bulge
        else Curve([_line(a, b)])
    )


def oval(x: float, y: float, rx: float, ry: float) -> Curve:
    """An ellipse."""
    k = 0.5523
    top, right, bottom, left = (x, y - ry), (x + rx, y), (x, y + ry), (x - rx, y)
    return Curve(
        [
            (top, (x + k * rx, y - ry), (x + rx, y - k * ry), right),
            (right, (x + rx, y + k * ry), (x + k * rx, y + ry), bottom),
            (bottom, (x - k * rx, y + ry), (x - rx, y + k * ry), left),
            (left, (x - rx, y - k * ry), (x - k * rx, y - ry), top),
        ]
    )


def contains(outline: Sequence[Point], x: float, y: float) -> bool:
    """Whether a polygon's inside has the point."""
    inside = False
    for (ax, ay), (bx, by) in pairwise((*outline, outline[0])):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside = not inside
    return inside
