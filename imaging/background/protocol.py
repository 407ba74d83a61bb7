"""Requests to and replies from the process that removes backgrounds."""

import struct
from dataclasses import dataclass
from math import isfinite
from typing import Any

from django.utils.translation import gettext_lazy as _

ENGINES = ("general", "lesion")
CHOICES = ("auto", *ENGINES)
OUTLINE, TRACE = "outline", "trace"  # cut along an outline; find the outline of a cut-out
TASKS = (*CHOICES, OUTLINE, TRACE)
# Processor seconds, maximum pixels, index in TASKS, dermoscopic (-1: unknown).
REQUEST = struct.Struct("!dQbb")
REPLY = struct.Struct("!II")  # bytes of: facts, thumbnail
QUALITIES = ("excellent", "good", "fair")
BY_HAND = "by_hand"  # the outline is a person's: its certainty is not judged
Rings = list[list[list[int]]]  # closed lines of [x, y], px of the upright original
MAX_TRACED = 120  # points that an engine's outline has at most, its rings together
FAILURES = {
    "nothing_found": _("No subject stands out from the background of this picture."),
    "too_heavy": _("This picture takes too much time or memory to cut out."),
    "unreadable": _("This picture cannot be read."),
    "engine_failed": _("Removing the background failed, through no fault of the picture."),
}


class BackgroundFailed(Exception):
    """This image has no cut-out. `code` is in FAILURES, `detail` for a person; `transient` when it
    may work later, or in another process."""

    def __init__(self, code: str, transient: bool = False) -> None:
        self.code, self.transient = code, transient
        super().__init__(code)

    @property
    def detail(self) -> Any:
        return FAILURES[self.code]


@dataclass(frozen=True, slots=True)
class Cutout:
    """`engine` is the one that was used; `quality` one of excellent, good, fair; `milliseconds` the
    engine's own work, without decoding and without writing the PNG; `thumbnail` a WebP with alpha
    of `renditions.thumbnail_size`; `width` × `height` px, upright; `measures` the numbers by name
    that quality is derived from (`grading.measure`, and for a lesion its contrast, the agreement
    of its channels and the share of its outline on the field's rim); `outline` as `outline.trace`.
    Along an outline of a person `engine` is OUTLINE and `quality` BY_HAND.

    Raises ValueError for impossible values: a process that was taken over may send anything.
    """

    engine: str
    quality: str
    milliseconds: int
    width: int
    height: int
    measures: dict[str, float]
    thumbnail: bytes
    outline: Rings

    def __post_init__(self) -> None:
        possible = (
            (
                (self.engine in ENGINES and self.quality in QUALITIES)
                or (self.engine, self.quality) == (OUTLINE, BY_HAND)
            )
            and type(self.milliseconds) is int
            and 0 <= self.milliseconds < 2**31
            and all(type(side) is int and 0 < side < 2**31 for side in (self.width, self.height))
            and type(self.measures) is dict
            and len(self.measures) <= 20
            and all(
                type(name) is str
                and name.isidentifier()
                and len(name) <= 40
                and type(value) in (int, float)
                and isfinite(value)
                for name, value in self.measures.items()
            )
            and (self.thumbnail[:4], self.thumbnail[8:12]) == (b"RIFF", b"WEBP")
            and is_possible_outline(self.outline, self.width, self.height)
        )
        if not possible:
            raise ValueError("impossible for a cut-out")


def is_possible_outline(rings: Any, width: int, height: int) -> bool:
    """Whether `rings` could be what `outline.trace` returns for a picture of this size, px."""
    limits = (width, height)
    return (
        type(rings) is list
        and sum(len(ring) if type(ring) is list else MAX_TRACED + 1 for ring in rings) <= MAX_TRACED
        and all(
            type(point) is list
            and len(point) == 2
            and all(
                type(value) is int and 0 <= value <= limit
                for value, limit in zip(point, limits, strict=True)
            )
            for ring in rings
            for point in ring
        )
    )
