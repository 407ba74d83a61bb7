"""Whether closed lines of points are the outline of something; needs no library."""

from collections.abc import Iterator, Sequence

Point = Sequence[int]
Segment = tuple[Point, Point]


def cross(rings: Sequence[Sequence[Point]]) -> bool:
    """Whether any two sides of the closed lines cross or touch, except neighbours in their common
    corner."""
    sides = sorted(_sides(rings), key=lambda side: min(side[2][0][0], side[2][1][0]))
    for number, (ring, at, side) in enumerate(sides):
        right = max(side[0][0], side[1][0])
        for other_ring, other_at, other in sides[number + 1 :]:
            if min(other[0][0], other[1][0]) > right:
                break
            size = len(rings[ring])
            if ring == other_ring and (at + 1) % size == other_at:
                if _folds_back(side, other):
                    return True
            elif ring == other_ring and (other_at + 1) % size == at:
                if _folds_back(other, side):
                    return True
            elif _meet(side, other):
                return True
    return False


def without_repeats(ring: Sequence[Point]) -> list[list[int]]:
    """A closed line without points that are where the one before is."""
    return [list(point) for n, point in enumerate(ring) if list(point) != list(ring[n - 1])]


def area(ring: Sequence[Point]) -> float:
    """What a closed line encloses, px²."""
    twice = sum(a[0] * b[1] - b[0] * a[1] for a, b in _pairs(ring))
    return abs(twice) / 2


def _pairs(ring: Sequence[Point]) -> Iterator[Segment]:
    return ((point, ring[(number + 1) % len(ring)]) for number, point in enumerate(ring))


def _sides(rings: Sequence[Sequence[Point]]) -> Iterator[tuple[int, int, Segment]]:
    """(number of the ring, number of the side in it, side)."""
    for number, ring in enumerate(rings):
        for at, side in enumerate(_pairs(ring)):
            yield number, at, side


def _turn(a: Point, b: Point, c: Point) -> int:
    """Positive, zero or negative: c is left of the line from a to b, on it, or right of it."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _between(a: Point, b: Point, c: Point) -> bool:
    """Whether c, on the line through a and b, is between them."""
    return all(min(a[i], b[i]) <= c[i] <= max(a[i], b[i]) for i in (0, 1))


def _meet(some: Segment, other: Segment) -> bool:
    (a, b), (c, d) = some, other
    turns = _turn(a, b, c), _turn(a, b, d), _turn(c, d, a), _turn(c, d, b)
    if turns[0] * turns[1] < 0 and turns[2] * turns[3] < 0:
        return True
    points = (a, b, c), (a, b, d), (c, d, a), (c, d, b)
    return any(turn == 0 and _between(*three) for turn, three in zip(turns, points, strict=True))


def _folds_back(first: Segment, second: Segment) -> bool:
    """Whether a side runs back along the one before it."""
    (a, corner), (_corner, b) = first, second
    ahead = (a[0] - corner[0]) * (b[0] - corner[0]) + (a[1] - corner[1]) * (b[1] - corner[1])
    return _turn(corner, a, b) == 0 and ahead > 0
