"""A similarity transform: shift, turn and scale, from the pixels of one picture to another's."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Similarity:
    """x' = a x − b y + dx, y' = b x + a y + dy.

    Pixels are counted from the top left corner of the upright original: the middle of its first
    pixel is (0.5, 0.5), y runs downwards.
    """

    a: float
    b: float
    dx: float
    dy: float

    @property
    def scale(self) -> float:
        """How many times larger the same thing is in the second picture."""
        return math.hypot(self.a, self.b)

    @property
    def turn(self) -> float:
        """Clockwise as seen, in degrees, −180 to 180."""
        return math.degrees(math.atan2(self.b, self.a))

    def apply(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the first picture lies in the second."""
        return self.a * x - self.b * y + self.dx, self.b * x + self.a * y + self.dy

    def inverse(self) -> "Similarity":
        """From the second picture to the first. ZeroDivisionError where the scale is 0."""
        power = self.a * self.a + self.b * self.b
        a, b = self.a / power, -self.b / power
        return Similarity(a, b, -a * self.dx + b * self.dy, -b * self.dx - a * self.dy)

    def resized(self, first: float, second: float) -> "Similarity":
        """The same between the pictures enlarged `first` and `second` times."""
        ratio = second / first
        return Similarity(self.a * ratio, self.b * ratio, self.dx * second, self.dy * second)

    @classmethod
    def of_landmarks(
        cls,
        first: tuple[tuple[float, float], tuple[float, float]],
        second: tuple[tuple[float, float], tuple[float, float]],
    ) -> "Similarity":
        """The one that takes two points of the first picture to two of the second. ValueError where
        two of a picture are the same."""
        p, q = (complex(*end) - complex(*start) for start, end in (first, second))
        if not p or not q:
            raise ValueError("two landmarks are the same point")
        turn = q / p
        shift = complex(*second[0]) - turn * complex(*first[0])
        return cls(turn.real, turn.imag, shift.real, shift.imag)
