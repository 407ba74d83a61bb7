"""The decoding processes of one web process.

found = decoders().decode(file)      # Decoded, ImageRefused or DecoderUnavailable
"""

import os
import time
from datetime import datetime
from functools import cache

from django.conf import settings

from imaging.errors import FILE_CODES, DecoderUnavailable, ImageRefused
from imaging.sandbox import Ended, Garbled, Overdue, Pool, Process

from . import Decoded
from .child import ORDER, REPLY


class Decoder(Process):
    """One decoding process."""

    module = "imaging.decoding.child"
    reply = REPLY
    most = (2**16, 2**26, 2**20)
    unavailable = DecoderUnavailable

    def options(self):
        return {"time_zone": settings.TIME_ZONE, "memory": settings.DECODER_MEMORY}

    def decode(self, file):
        """The parts of its answer: facts, display rendition, thumbnail. Raises Ended, Overdue."""
        seconds = settings.DECODER_SECONDS
        # It ends by itself after `seconds` of work; on a machine that is busy they take longer.
        deadline = time.monotonic() + 4 * seconds
        return self.ask(ORDER.pack(seconds, settings.MAX_IMAGE_PIXELS), [file], deadline)


class Decoders(Pool):
    kind = Decoder
    max_files = 1000
    wait = 30

    def decode(self, file) -> Decoded:
        """Decode a real file (with a descriptor) within the limits of time and memory.

        Raises ImageRefused; DecoderUnavailable when no process could do it, by no fault of the
        file's.
        """
        try:
            found = self._decode(file)
        except Overdue as error:
            raise DecoderUnavailable("the machine is too busy") from error
        except Garbled as error:
            raise ImageRefused("corrupt_image") from error
        if isinstance(found, ImageRefused):
            raise found
        return found

    def _decode(self, file):
        for fresh in (False, True):
            try:
                return self.run(lambda decoder: decoder.decode(file), _result, fresh=fresh)
            except Ended as end:
                if end.by_limit:
                    raise ImageRefused("corrupt_image", message="too_heavy") from end
                if end.by_crash:
                    raise ImageRefused("corrupt_image") from end
                # Killed from outside, or spoilt by a file before: once more, with a new one.
        raise DecoderUnavailable("it was ended twice")


def _result(facts, display, thumbnail):
    """A Decoded or an ImageRefused; any exception for what cannot be an answer."""
    if refused := facts.get("refused"):
        code, message, values = refused
        refusal = ImageRefused(code, message=message, **values)
        if code not in FILE_CODES or not refusal.detail:
            raise ValueError("no such refusal")
        return refusal
    photo = facts["photo"]
    if photo["captured_at"]:
        photo["captured_at"] = datetime.fromisoformat(photo["captured_at"])
    return Decoded(**photo, display=display, thumbnail=thumbnail)


@cache
def decoders() -> Decoders:
    """This process's own."""
    return Decoders(settings.DECODERS)


# After a fork the processes are the parent's.
os.register_at_fork(after_in_child=decoders.cache_clear)
