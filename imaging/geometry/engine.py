"""The process that compares and measures pictures: started on demand, reused, replaced.

It may crash, run out of memory or time, or be killed: that refuses one proposal, and the next one
gets a new process.
"""

import logging
import math
import os
import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar

from django.conf import settings

from imaging.errors import GeometryUnavailable
from imaging.sandbox import InvalidReply, Pool, Process, ProcessExited, ProcessTimeout, WorkerError

from .protocol import REPLY, REQUEST, TASKS, Circle, Outline, Picture, Proposal, Refused, Ticks
from .similarity import Similarity

logger = logging.getLogger(__name__)

T = TypeVar("T")
_BUSY = 5  # seconds more by the clock than the kernel gives: others want the processor, too


class Comparer(Process):
    """One process that compares and measures."""

    module = "imaging.geometry.child"
    reply = REPLY
    max_lengths = (2**16,)
    unavailable = GeometryUnavailable

    def options(self) -> dict[str, Any]:
        return {"memory": settings.GEOMETRY_MEMORY}

    def ask(self, task: str, pictures: Sequence[Picture], numbers: Sequence[float]) -> list[bytes]:
        """The facts of the reply. Raises as `request`."""
        seconds = settings.GEOMETRY_SECONDS
        one, other = pictures[0], pictures[-1]
        sizes = [float(side) for p in (one, other) for side in (p.width, p.height)]
        values = [*sizes, *numbers, *([math.nan] * (4 - len(numbers)))]
        message = REQUEST.pack(seconds, TASKS.index(task), *values)
        for picture in pictures:
            picture.file.seek(0)
        deadline = time.monotonic() + 4 * seconds + _BUSY
        return self.request(message, [one.file, other.file], deadline)


class Comparers(Pool[Comparer]):
    """The pool of one: a proposal is a person's request, and takes less than a second."""

    process_class = Comparer
    max_files = 500
    max_wait = 20


def propose_alignment(first: Picture, second: Picture) -> Proposal:
    """How the first picture lies to the second: a proposal for a person to accept.

    Where both have `mm_per_px`, the scales must agree with what is found, and a lesion that matches
    by itself, on skin that does not, is aligned at that scale. Coordinates are pixels of the
    upright originals, from the top left corner, y downwards. The files are read from their start.

    Raises Refused; GeometryUnavailable when no process can be started or is free.
    """
    known = math.nan
    if first.mm_per_px and second.mm_per_px:
        known = first.mm_per_px / second.mm_per_px
    return _run("align", (first, second), (known,), _proposal)


def find_ticks(picture: Picture, start: tuple[float, float], end: tuple[float, float]) -> Ticks:
    """How far apart a ruler's ticks are along a line from `start` to `end` (x, y), px of the
    original, drawn across them. Raises Refused; GeometryUnavailable; ValueError for a line that is
    shorter than a pixel or leaves the picture."""
    inside = all(0 <= x <= picture.width and 0 <= y <= picture.height for x, y in (start, end))
    if not inside or math.dist(start, end) < 1:
        raise ValueError(f"not a line in the picture: {start} to {end}")
    return _run("ticks", (picture,), (*start, *end), lambda facts: Ticks(**facts))


def find_outline(picture: Picture) -> Outline:
    """The lesion's outline, as a polygon to start from. Raises Refused; GeometryUnavailable."""

    def parse(facts: dict[str, Any]) -> Outline:
        points = tuple((x, y) for x, y in facts.pop("points"))
        return Outline(points=points, **facts)

    return _run("outline", (picture,), (), parse)


def find_field(picture: Picture) -> Circle:
    """A dermoscope's round field of view. Raises Refused; GeometryUnavailable."""
    return _run("field", (picture,), (), lambda facts: Circle(**facts))


def _proposal(facts: dict[str, Any]) -> Proposal:
    return Proposal(**facts | {"transform": Similarity(**facts["transform"])})


def _run(
    task: str,
    pictures: Sequence[Picture],
    numbers: Sequence[float],
    parse: Callable[[dict[str, Any]], T],
) -> T:
    def parsed(facts: dict[str, Any]) -> T | Refused:
        if code := facts.get("refused"):
            return Refused(code)
        return parse(facts)

    try:
        result = comparers().run(lambda comparer: comparer.ask(task, pictures, numbers), parsed)
    except ProcessExited as error:
        raise Refused("too_heavy" if error.hit_time_limit else "engine_failed") from error
    except ProcessTimeout as error:
        raise GeometryUnavailable("the machine is too busy") from error
    except WorkerError as error:
        logger.exception("comparing failed")
        raise Refused("engine_failed") from error
    except InvalidReply as error:
        raise Refused("engine_failed") from error
    if isinstance(result, Refused):
        raise result
    return result


@cache
def comparers() -> Comparers:
    """The pool of this process."""
    return Comparers(1)


def close() -> None:
    """Stop the process. The next request starts a new one."""
    comparers().close()


# After a fork the process belongs to the parent.
os.register_at_fork(after_in_child=comparers.cache_clear)
