"""The process of one worker that removes backgrounds: started when needed, reused, replaced.

It may crash, run out of memory or time, or be killed; what becomes of that is a coded failure of
one image, and the next image has a new process.
"""

import json
import logging
import os
import struct
import threading
import time
from dataclasses import dataclass
from math import isfinite

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from imaging.decoding.process import BY_CRASH, BY_LIMIT, Ended, Failed, Process
from imaging.errors import EngineUnavailable

logger = logging.getLogger(__name__)

ENGINES = ("general", "lesion")
CHOICES = ("auto", *ENGINES)
ORDER = struct.Struct("!dQbb")  # processor seconds, pixels at most, of CHOICES, dermoscopic
REPLY = struct.Struct("!II")  # bytes of: facts, thumbnail
QUALITIES = ("excellent", "good", "fair")
MAX_FILES = 500  # of one process; decoders leak
FAILURES = {
    "nothing_found": _("No subject can be told from the background of this picture."),
    "too_heavy": _("This picture takes too much time or memory to cut out."),
    "unreadable": _("This picture cannot be read."),
    "engine_failed": _("Removing the background failed, by no fault of the picture."),
}


class BackgroundFailed(Exception):
    """This image has no cut-out. `code` is of FAILURES, `detail` for a person; `passing` when the
    same image has a chance later, or with another process."""

    def __init__(self, code, passing=False):
        self.code, self.passing = code, passing
        super().__init__(code)

    @property
    def detail(self):
        return FAILURES[self.code]


@dataclass(frozen=True, slots=True)
class Cut:
    """`engine` is the one that worked; `quality` one of excellent, good, fair; `milliseconds` the
    engine's own work, without decoding and without writing the PNG; `thumbnail` a WebP with alpha
    of `renditions.thumbnail_size`; `width` × `height` px, upright; `measures` what quality is
    derived from: numbers by name (`verdict.measure`, and of a lesion its contrast, the agreement
    of its channels and how much of its outline leans on the field's rim).

    ValueError for what no cutting gives: a process that was taken over may say anything.
    """

    engine: str
    quality: str
    milliseconds: int
    width: int
    height: int
    measures: dict
    thumbnail: bytes

    def __post_init__(self):
        possible = (
            self.engine in ENGINES
            and self.quality in QUALITIES
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
        )
        if not possible:
            raise ValueError("no cutting gives this")


class Cutter(Process):
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

    def cut(self, original, out, engine, dermoscopic):
        """Raises Ended when the process did not live to answer, TimeoutError when it is still at
        it long after its time."""
        seconds = settings.BACKGROUND_SECONDS
        known = -1 if dermoscopic is None else int(bool(dermoscopic))
        order = ORDER.pack(seconds, settings.MAX_IMAGE_PIXELS, CHOICES.index(engine), known)
        deadline = time.monotonic() + 4 * seconds
        try:
            return self.ask(order, [original, out], deadline)
        except EngineUnavailable as error:
            raise TimeoutError from error


_lock = threading.Lock()
_cutter = None


def remove(original, out, engine="auto", dermoscopic=None) -> Cut:
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
    with _lock:
        used = _cutter is not None and _cutter.files
        try:
            return _remove(original, out, engine, dermoscopic)
        except BackgroundFailed as failed:
            if failed.code != "too_heavy" or failed.__cause__ or not used:
                raise
        # What other pictures left behind in its memory is not this one's fault.
        _close()
        return _remove(original, out, engine, dermoscopic)


def _remove(original, out, engine, dermoscopic):
    global _cutter
    cutter, _cutter = _living(), None
    try:
        found = _understood(*cutter.cut(original, out, engine, dermoscopic))
    except Ended as end:
        logger.warning("a process that removes backgrounds ended with status %s", end.status)
        if end.status == BY_LIMIT:
            raise BackgroundFailed("too_heavy") from end
        # A crash in a process that has seen other files may be their doing; a kill is nobody's.
        crashed_alone = end.status in BY_CRASH and cutter.files == 1
        raise BackgroundFailed("engine_failed", passing=not crashed_alone) from end
    except TimeoutError as error:
        raise BackgroundFailed("too_heavy", passing=True) from error  # a machine that is too busy
    except EngineUnavailable:
        cutter.close()
        raise
    except Failed as error:
        cutter.close()
        logger.exception("removing a background failed")
        raise BackgroundFailed("engine_failed") from error
    except Exception as error:
        # Nothing says this but a process that the file has taken over.
        cutter.close()
        logger.exception("a process that removes backgrounds is not to be understood")
        raise BackgroundFailed("engine_failed") from error
    if cutter.files < MAX_FILES:
        _cutter = cutter
    else:
        cutter.close()
    if isinstance(found, BackgroundFailed):
        raise found
    return found


def _living():
    """The idle process, where it still lives, or a new one."""
    if _cutter is not None:
        if _cutter.process.poll() is None:
            return _cutter
        _cutter.close()
    try:
        return Cutter()
    except Ended as end:
        raise EngineUnavailable(f"none could be started: status {end.status}") from end


def _understood(text, thumbnail):
    """A Cut or a BackgroundFailed. Failed for a fault of ours; EngineUnavailable for weights that
    are not there; any other exception for what cannot be an answer."""
    told = json.loads(text)
    if failed := told.get("failed"):
        raise Failed.told(failed)
    if reason := told.get("unavailable"):
        raise EngineUnavailable(str(reason)[:300].encode("unicode_escape").decode())
    if code := told.get("failure"):
        if code not in FAILURES:
            raise ValueError("no such failure")
        return BackgroundFailed(code)
    cut = Cut(**told["cut"], thumbnail=thumbnail)
    if cut.width * cut.height > settings.MAX_IMAGE_PIXELS:
        raise ValueError("a cut-out of impossible size")
    return cut


def close():
    """End the process. The next image starts another."""
    with _lock:
        _close()


def _close():
    global _cutter
    if _cutter is not None:
        _cutter.close()
        _cutter = None


def _forget():
    """After a fork the process is the parent's."""
    global _cutter, _lock
    _cutter, _lock = None, threading.Lock()


os.register_at_fork(after_in_child=_forget)
