"""The process of one worker that removes backgrounds: started when needed, reused, replaced.

It may crash, run out of memory or time, or be killed; what becomes of that is a coded failure of
one image, and the next image has a new process.
"""

import logging
import os
import time
from functools import cache

from django.conf import settings

from imaging.errors import EngineUnavailable
from imaging.sandbox import Ended, Failed, Garbled, Overdue, Pool, Process

from .protocol import CHOICES, FAILURES, ORDER, REPLY, BackgroundFailed, Cutout

logger = logging.getLogger(__name__)


class Remover(Process):
    """One process."""

    module = "imaging.background.child"
    reply = REPLY
    most = (2**16, 2**20)
    unavailable = EngineUnavailable

    def options(self):
        return {
            "time_zone": settings.TIME_ZONE,
            "memory": settings.BACKGROUND_MEMORY,
            # Four bytes a pixel hardly shrink when they are noise.
            "written": settings.MAX_IMAGE_PIXELS * 4 * 21 // 20 + 2**20,
            "model": [
                settings.BACKGROUND_MODEL,
                str(settings.BACKGROUND_MODEL_DIR),
                settings.BACKGROUND_MODEL_SHA256,
            ],
        }

    def cut_out(self, original, out, engine, dermoscopic):
        """The parts of its answer: facts, thumbnail. Raises Ended, Overdue."""
        seconds = settings.BACKGROUND_SECONDS
        known = -1 if dermoscopic is None else int(bool(dermoscopic))
        order = ORDER.pack(seconds, settings.MAX_IMAGE_PIXELS, CHOICES.index(engine), known)
        return self.ask(order, [original, out], time.monotonic() + 4 * seconds)


class Removers(Pool):
    """One at a time: a network takes all the memory that a worker has for it."""

    kind = Remover
    max_files = 500


def remove(original, out, engine="auto", dermoscopic=None) -> Cutout:
    """Write the cut-out of a photograph, a PNG with alpha of its size upright, into `out`.

    original, out: real files (with descriptors), one open for reading, one for writing; `out` is
    written from its beginning and holds nothing of use after a failure. engine: "auto", "general"
    or "lesion"; "auto" takes `lesion` for a dermoscopic picture: `dermoscopic` says whether it is
    one, None that its round field of view is to be looked for. One image at a time in a process.

    Raises BackgroundFailed; EngineUnavailable when no process can be started, its weights are
    missing or not those they should be, or there is no room for `out`.
    """
    if engine not in CHOICES:
        raise ValueError(f"engine must be one of {', '.join(CHOICES)}: {engine!r}")
    others = 0  # pictures that the process had seen before

    def ask(remover):
        nonlocal others
        others = remover.files
        return remover.cut_out(original, out, engine, dermoscopic)

    found = _run(ask)
    if isinstance(found, BackgroundFailed) and found.code == "too_heavy" and others:
        # What other pictures left behind in its memory is not this one's fault.
        close()
        found = _run(ask)
    if isinstance(found, BackgroundFailed):
        raise found
    return found


def _run(ask):
    try:
        return removers().run(ask, _result)
    except Ended as end:
        if end.by_limit:
            raise BackgroundFailed("too_heavy") from end
        # A crash in a process that has seen other files may be their doing; a kill is nobody's.
        raise BackgroundFailed("engine_failed", passing=not end.by_crash) from end
    except Overdue as error:
        raise BackgroundFailed("too_heavy", passing=True) from error
    except Failed as error:
        logger.exception("removing a background failed")
        raise BackgroundFailed("engine_failed") from error
    except Garbled as error:
        raise BackgroundFailed("engine_failed") from error


def _result(facts, thumbnail):
    """A Cutout or a BackgroundFailed; EngineUnavailable for weights that are not there; any other
    exception for what cannot be an answer."""
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
    """This process's own."""
    return Removers(1)


def close():
    """End the process. The next image starts another."""
    removers().close()


# After a fork the process is the parent's.
os.register_at_fork(after_in_child=removers.cache_clear)
