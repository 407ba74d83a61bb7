"""The decoding processes of one web process.

decoded = decoders().decode(file)      # or ImageRefused, DecoderUnavailable
"""

import os
import time
from datetime import datetime
from functools import cache
from typing import IO, Any

from django.conf import settings

from imaging.errors import FILE_CODES, DecoderUnavailable, ImageRefused
from imaging.sandbox import InvalidReply, Pool, Process, ProcessExited, ProcessTimeout

from . import Decoded
from .child import REPLY, REQUEST


class Decoder(Process):
    """One decoding process."""

    module = "imaging.decoding.child"
    reply = REPLY
    max_lengths = (2**16, 2**26, 2**20)
    unavailable = DecoderUnavailable

    def options(self) -> dict[str, Any]:
        return {"time_zone": settings.TIME_ZONE, "memory": settings.DECODER_MEMORY}

    def decode(self, file: IO[bytes]) -> list[bytes]:
        """The parts of the reply: facts, display rendition, thumbnail. Raises as `request`."""
        seconds = settings.DECODER_SECONDS
        # The kernel stops it after `seconds` of processor time, longer by the clock when busy.
        deadline = time.monotonic() + 4 * seconds
        message = REQUEST.pack(seconds, settings.MAX_IMAGE_PIXELS)
        return self.request(message, [file], deadline)


class Decoders(Pool[Decoder]):
    """The pool of decoding processes."""

    process_class = Decoder
    max_files = 1000
    max_wait = 30

    def decode(self, file: IO[bytes]) -> Decoded:
        """Decode a real file (with a descriptor) within the limits of time and memory.

        Raises ImageRefused; DecoderUnavailable when no process could do it and the file is not to
        blame.
        """
        try:
            result = self._decode(file)
        except ProcessTimeout as error:
            raise DecoderUnavailable("the machine is too busy") from error
        except InvalidReply as error:
            raise ImageRefused("corrupt_image") from error
        if isinstance(result, ImageRefused):
            raise result
        return result

    def is_exhausted(self, result: Decoded | ImageRefused) -> bool:
        return isinstance(result, ImageRefused) and result.message == "too_heavy"

    def _decode(self, file: IO[bytes]) -> Decoded | ImageRefused:
        for fresh in (False, True):
            try:
                return self.run(lambda decoder: decoder.decode(file), _result, fresh=fresh)
            except ProcessExited as error:
                if error.hit_time_limit:
                    raise ImageRefused("corrupt_image", message="too_heavy") from error
                if error.crashed:
                    raise ImageRefused("corrupt_image") from error
                # Killed from outside, or corrupted by an earlier file: retry with a new process.
        raise DecoderUnavailable("the process exited twice")


def _result(facts: dict[str, Any], display: bytes, thumbnail: bytes) -> Decoded | ImageRefused:
    """Raises any exception for what cannot be a reply."""
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
    """The pool of this process."""
    return Decoders(settings.DECODERS)


# After a fork the processes belong to the parent.
os.register_at_fork(after_in_child=decoders.cache_clear)
