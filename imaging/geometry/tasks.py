"""What the process (`child`) does with files: display renditions in, answers in the originals'
pixels out."""

import io
from collections.abc import Sequence
from dataclasses import astuple
from typing import IO, Any

import numpy as np
from PIL import Image

from . import alignment, blocks, field, outline, ruler
from .protocol import Circle, Outline, Proposal, Ticks

_MOST_PIXELS = 20_000_000  # of a rendition; the largest that is made has 14.7 million
_ASPECT = 0.02  # relative: a rendition has its original's proportions
_MOST_REDUCED = 8


class Unreadable(Exception):
    """Not a display rendition of this picture."""


class Task:
    """One request. `sizes`: width and height of both originals, px."""

    Unreadable = Unreadable

    def __init__(self, files: Sequence[IO[bytes]], sizes: Sequence[float]) -> None:
        self.files = files
        self.sizes = (sizes[:2], sizes[2:4])

    def align(self, scale: float | None) -> Proposal | str:
        """`scale`: how many px of the second original are a px of the first, where it is known."""
        one, other = (alignment.prepare(self._picture(n, blocks.SIDE)[0]) for n in (0, 1))
        # px of the original per px of what is looked at
        first, second = self.sizes[0][0] / one.width, self.sizes[1][0] / other.width
        known = None if scale is None else scale * first / second
        found = alignment.align(one, other, known)
        if isinstance(found, str):
            return found
        return Proposal(
            found.similarity.resized(first, second),
            found.basis,
            found.belief,
            found.inliers,
            found.windows,
            found.residual * second,
        )

    def ticks(self, x0: float, y0: float, x1: float, y1: float) -> Ticks | str:
        picture, ratio = self._picture(0, None)
        ends = np.array([[x0, y0], [x1, y1]]) / ratio
        found = ruler.ticks(np.ascontiguousarray(picture[..., 1]), *ends)
        if found is None or found.belief < ruler.MIN_BELIEF:
            return "no_ticks"
        period, uncertainty = float(found.period * ratio), float(found.uncertainty * ratio)
        return Ticks(period, uncertainty, found.count, found.belief)

    def outline(self) -> Outline | str:
        picture, ratio = self._picture(0, outline.SIDE)
        found = outline.outline(picture)
        if found is None:
            return "no_outline"
        points = tuple((float(x), float(y)) for x, y in found.points * ratio)
        lengths = (found.perimeter * ratio, found.diameter * ratio, found.edge * ratio)
        return Outline(points, found.area * ratio**2, *lengths, found.belief)

    def field(self) -> Circle | str:
        picture, ratio = self._picture(0, field.SIDE)
        found = field.round_field(picture)
        if found is None:
            return "no_field"
        return Circle(*(float(value * ratio) for value in astuple(found)))

    def _picture(self, index: int, side: int | None) -> tuple[np.ndarray, float]:
        """(RGB (h, w, 3; uint8), px of the original per px of it). Decoded at a long side of at
        least `side` px where that is less than the file has."""
        width, height = self.sizes[index]
        try:
            image: Any = Image.open(self.files[index], formats=("JPEG",))
            shown = image.size
            if shown[0] * shown[1] > _MOST_PIXELS or min(shown) < 4:
                raise Unreadable
            if abs(shown[0] * height / (shown[1] * width) - 1) > _ASPECT + 2 / min(shown):
                raise Unreadable
            if side is not None:
                factor = max(1, min(_MOST_REDUCED, max(shown) // side))
                image.draft("RGB", (shown[0] // factor, shown[1] // factor))
            picture = np.asarray(image.convert("RGB"))
        except (MemoryError, Unreadable):
            raise
        except Exception as error:  # decoders raise anything, SyntaxError and EOFError included
            raise Unreadable from error
        return picture, width / picture.shape[1]


def warm_up() -> None:
    """Load what is loaded late, before the limits apply and before anyone waits."""
    noise = np.random.default_rng(0).integers(0, 255, (256, 320, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).save(out, "JPEG")
    size = (320, 256)
    task = Task([out, out], (*size, *size))
    for work in (task.align, lambda _scale: task.outline()):
        out.seek(0)
        work(None)
