"""The decoding processes of one web process: started when needed, reused, replaced when they die.

    found = pool().decode(file)      # Decoded, ImageRefused or DecoderUnavailable

Why not a pool from a library: a descriptor goes over instead of the bytes, so that a photograph is
in memory once; the process inherits no secret from our environment; and what it answers is data,
never a pickle that a taken-over decoder could write.
"""

import json
import logging
import os
import threading
import time
from datetime import datetime
from functools import cache

from django.conf import settings

from imaging.errors import FILE_CODES, DecoderUnavailable, ImageRefused

from . import Decoded
from .child import ORDER, REPLY
from .process import BY_CRASH, BY_LIMIT, Ended, Failed, Process

logger = logging.getLogger(__name__)

MAX_FILES = 1000  # of one process; decoders leak
WAIT = 30  # seconds for a process to be free


class Decoder(Process):
    """One decoding process."""

    module = "imaging.decoding.child"
    reply = REPLY
    most = (2**16, 2**26, 2**20)
    unavailable = DecoderUnavailable

    def options(self):
        return {"time_zone": settings.TIME_ZONE, "memory": settings.DECODER_MEMORY}

    def decode(self, file):
        """Raises Ended when the process did not live to answer."""
        seconds = settings.DECODER_SECONDS
        # It ends by itself after `seconds` of work; on a machine that is busy they take longer.
        deadline = time.monotonic() + 4 * seconds
        return self.ask(ORDER.pack(seconds, settings.MAX_IMAGE_PIXELS), [file], deadline)


def _understood(text, display, thumbnail):
    """A Decoded or an ImageRefused. Failed where decoding did, by a fault of ours; any other
    exception for what cannot be an answer."""
    told = json.loads(text)
    if failed := told.get("failed"):
        raise Failed.told(failed)
    if refused := told.get("refused"):
        code, message, values = refused
        refusal = ImageRefused(code, message=message, **values)
        if code not in FILE_CODES or not refusal.detail:
            raise ValueError("no such refusal")
        return refusal
    photo = told["photo"]
    if photo["captured_at"]:
        photo["captured_at"] = datetime.fromisoformat(photo["captured_at"])
    return Decoded(**photo, display=display, thumbnail=thumbnail)


class Pool:
    """At most `size` processes at work at a time; idle ones wait for the next file."""

    def __init__(self, size):
        self.idle = []
        self.free = threading.Semaphore(size)

    def decode(self, file) -> Decoded:
        """Decode a real file (with a descriptor) within the limits of time and memory.

        Raises ImageRefused; DecoderUnavailable when no process could do it, by no fault of the
        file's.
        """
        if not self.free.acquire(timeout=WAIT):
            raise DecoderUnavailable("all are busy")
        try:
            return self._decode(file)
        finally:
            self.free.release()

    def _decode(self, file):
        decoder = self._take()
        for _attempt in range(2):
            try:
                found = _understood(*decoder.decode(file))
            except Ended as end:
                logger.warning("an image decoder ended with status %s", end.status)
                if end.status == BY_LIMIT:
                    raise ImageRefused("corrupt_image", message="too_heavy") from end
                if end.status in BY_CRASH and decoder.files == 1:
                    raise ImageRefused("corrupt_image") from end
                # Killed from outside, or spoilt by a file before: once more, with a new one.
                decoder = self._new()
                continue
            except (Failed, DecoderUnavailable):
                decoder.close()
                raise
            except Exception as error:
                # No decoder says this but one that the file has taken over.
                decoder.close()
                logger.exception("an image decoder is not to be understood")
                raise ImageRefused("corrupt_image") from error
            if decoder.files < MAX_FILES:
                self.idle.append(decoder)
            else:
                decoder.close()
            if isinstance(found, ImageRefused):
                raise found
            return found
        raise DecoderUnavailable("it was ended twice")

    def _new(self):
        try:
            return Decoder()
        except Ended as end:
            raise DecoderUnavailable(f"none could be started: status {end.status}") from end

    def _take(self):
        """An idle process that still lives, or a new one."""
        while self.idle:
            try:
                decoder = self.idle.pop()
            except IndexError:  # another thread was faster
                break
            if decoder.process.poll() is None:
                return decoder
            decoder.close()
        return self._new()

    def warm_up(self):
        """Start a process in the background: the first photograph of the day does not wait."""

        def start():
            with self.free:
                try:
                    self.idle.append(self._new())
                except DecoderUnavailable as error:
                    logger.warning("image decoders: %s", error)

        threading.Thread(target=start, daemon=True).start()

    def close(self):
        while self.idle:
            self.idle.pop().close()


@cache
def pool() -> Pool:
    """This process's own."""
    return Pool(settings.DECODERS)


# After a fork the processes are the parent's.
os.register_at_fork(after_in_child=pool.cache_clear)
