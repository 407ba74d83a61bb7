"""The process of a worker that removes backgrounds: started on demand, reused, replaced.

It may crash, run out of memory or time, or be killed: that is a coded failure of one image, and the
next image gets a new process.
"""

import json
import logging
import os
import tempfile
import time
from collections.abc import Callable
from functools import cache
from typing import IO, Any

from django.conf import settings

from imaging.errors import EngineUnavailable
from imaging.sandbox import InvalidReply, Pool, Process, ProcessExited, ProcessTimeout, WorkerError

from .protocol import (
    CHOICES,
    FAILURES,
    OUTLINE,
    REPLY,
    REQUEST,
    TASKS,
    TRACE,
    BackgroundFailed,
    Cutout,
    Rings,
    is_possible_outline,
)

logger = logging.getLogger(__name__)


class Remover(Process):
    """One process that removes backgrounds."""

    module = "imaging.background.child"
    reply = REPLY
    max_lengths = (2**16, 2**20)
    unavailable = EngineUnavailable

    def options(self) -> dict[str, Any]:
        return {
            "time_zone": settings.TIME_ZONE,
            "memory": settings.BACKGROUND_MEMORY,
            # Four bytes a pixel, which hardly compress when they are noise.
            "max_file_size": settings.MAX_IMAGE_PIXELS * 4 * 21 // 20 + 2**20,
            "model": [
                settings.BACKGROUND_MODEL,
                str(settings.BACKGROUND_MODEL_DIR),
                settings.BACKGROUND_MODEL_SHA256,
            ],
        }

    def cut_out(
        self,
        original: IO[bytes],
        out: IO[bytes],
        task: str,
        dermoscopic: bool | None = None,
        rings: Rings | None = None,
    ) -> list[bytes]:
        """The parts of the reply: facts, thumbnail. `task` is in TASKS. Raises as `request`."""
        seconds = settings.BACKGROUND_SECONDS
        flag = -1 if dermoscopic is None else int(bool(dermoscopic))
        message = REQUEST.pack(seconds, settings.MAX_IMAGE_PIXELS, TASKS.index(task), flag)
        with tempfile.TemporaryFile() as outline:
            outline.write(json.dumps(rings or []).encode())
            outline.seek(0)
            files = [original, out, outline]
            return self.request(message, files, time.monotonic() + 4 * seconds)


class Removers(Pool[Remover]):
    """The pool of one: a network takes all the memory that a worker has for it."""

    process_class = Remover
    max_files = 500

    def is_exhausted(self, result: Cutout | BackgroundFailed) -> bool:
        return isinstance(result, BackgroundFailed) and result.code == "too_heavy"


def remove(
    original: IO[bytes],
    out: IO[bytes],
    engine: str = "auto",
    dermoscopic: bool | None = None,
) -> Cutout:
    """Write the cut-out of a photograph into `out`: an upright PNG with alpha, of its full size.

    original, out: real files (with descriptors), one open for reading, one for writing; `out` is
    written from its start and is useless after a failure. engine: "auto", "general" or "lesion";
    "auto" uses `lesion` for a dermoscopic picture: `dermoscopic` says whether it is one; with None
    its round field of view is searched for. A process handles one image at a time.

    Raises BackgroundFailed; EngineUnavailable when no process can be started, the weights are
    missing or have another hash, or there is no room for `out`; ValueError for another engine.
    """
    if engine not in CHOICES:
        raise ValueError(f"engine must be one of {', '.join(CHOICES)}: {engine!r}")
    result = _run(lambda remover: remover.cut_out(original, out, engine, dermoscopic))
    if isinstance(result, BackgroundFailed):
        raise result
    return result


def follow(original: IO[bytes], out: IO[bytes], rings: Rings) -> Cutout:
    """As `remove`, along closed lines of [x, y], px of the upright original: what is in an odd
    number of them stays."""
    result = _run(lambda remover: remover.cut_out(original, out, OUTLINE, rings=rings))
    if isinstance(result, BackgroundFailed):
        raise result
    return result


def trace(cutout: IO[bytes], width: int, height: int) -> Rings:
    """The outline of a cut-out of that size, px, as closed lines of a few points. The process ends
    afterwards: only a web process asks, and seldom. Raises as `remove`."""

    def parse(facts: dict[str, Any], _thumbnail: bytes) -> Rings | BackgroundFailed:
        if failed := facts.get("failure"):
            return BackgroundFailed(failed)
        rings: Rings = facts["outline"]
        if not is_possible_outline(rings, width, height):
            raise ValueError("an impossible outline")
        return rings

    with tempfile.TemporaryFile("w+b") as unused:
        try:
            result = _run(lambda remover: remover.cut_out(cutout, unused, TRACE), parse)
        finally:
            close()
    if isinstance(result, BackgroundFailed):
        raise result
    return result


def _run(request: Callable[[Remover], list[bytes]], parse: Callable[..., Any] | None = None) -> Any:
    """What `parse` (`_result` by default) makes of the reply; raises BackgroundFailed where there
    is none."""
    try:
        return removers().run(request, parse or _result)
    except ProcessExited as error:
        if error.hit_time_limit:
            raise BackgroundFailed("too_heavy") from error
        # A crash in a process that has seen other files may be their fault; a kill is nobody's.
        raise BackgroundFailed("engine_failed", transient=not error.crashed) from error
    except ProcessTimeout as error:
        raise BackgroundFailed("too_heavy", transient=True) from error
    except WorkerError as error:
        logger.exception("background removal failed")
        raise BackgroundFailed("engine_failed") from error
    except InvalidReply as error:
        raise BackgroundFailed("engine_failed") from error


def _result(facts: dict[str, Any], thumbnail: bytes) -> Cutout | BackgroundFailed:
    """Raises EngineUnavailable for missing weights or a full disk, and any other exception for
    what cannot be a reply."""
    if reason := facts.get("unavailable"):
        raise EngineUnavailable(str(reason)[:300].encode("unicode_escape").decode())
    if code := facts.get("failure"):
        if code not in FAILURES:
            raise ValueError("no such failure")
        return BackgroundFailed(code)
    cutout = Cutout(**facts["cutout"], thumbnail=thumbnail)
    if cutout.width * cutout.height > settings.MAX_IMAGE_PIXELS:
        raise ValueError("a cut-out of impossible size")
    return cutout


@cache
def removers() -> Removers:
    """The pool of this process."""
    return Removers(1)


def close() -> None:
    """Stop the process. The next image starts a new one."""
    removers().close()


# After a fork the process belongs to the parent.
os.register_at_fork(after_in_child=removers.cache_clear)
