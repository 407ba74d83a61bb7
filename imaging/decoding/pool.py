"""The decoding processes of one web process: started when needed, reused, replaced when they die.

    found = pool().decode(file)      # Decoded, ImageRefused or DecoderUnavailable

Why not a pool from a library: a descriptor goes over instead of the bytes, so that a photograph is
in memory once; the process inherits no secret from our environment; and what it answers is data,
never a pickle that a taken-over decoder could write.
"""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import datetime
from functools import cache

from django.conf import settings

from imaging.errors import FILE_CODES, DecoderUnavailable, ImageRefused

from . import Decoded
from .child import ORDER, REPLY

logger = logging.getLogger(__name__)

MAX_FILES = 1000  # of one process; decoders leak
MAX_REPLY = (2**16, 2**26, 2**20)  # bytes of: facts, display, thumbnail
START, WAIT = 20, 30  # seconds: for a process to be ready, to be free
_ENVIRONMENT = ("PATH", "PYTHONPATH", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "OPENBLAS_CORETYPE")
# What is larger than 16 MiB goes back to the system at once: an idle process stays small, and what
# one photograph took is there for the next. Below, memory is kept: new pages cost time.
_ALLOCATION = {
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": str(16 * 2**20),
    "MALLOC_TRIM_THRESHOLD_": str(16 * 2**20),
}
# How a process ends by the file's own doing; any other end is not the file's fault.
_BY_LIMIT = -signal.SIGPROF
_BY_CRASH = {
    -number
    for number in (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL)
}


class Ended(Exception):
    """The process ended, or was ended, before it answered. `status` as in `Popen.returncode`."""

    def __init__(self, status):
        self.status = status
        super().__init__(status)


class Failed(RuntimeError):
    """Our own code failed in the process; says where."""


class Decoder:
    """One process and our end of its socket."""

    def __init__(self):
        self.files = 0
        try:
            self._start()
        except OSError as error:
            raise DecoderUnavailable("no process can be started") from error
        self._receive(1, time.monotonic() + START)

    def _start(self):
        self.socket, theirs = socket.socketpair()
        options = {
            "time_zone": settings.TIME_ZONE,
            "memory": settings.DECODER_MEMORY,
        }
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603  (our own interpreter and module)
                [sys.executable, "-m", "imaging.decoding.child", json.dumps(options)],
                stdin=theirs,
                stdout=subprocess.DEVNULL,  # what stops it from starting goes to our log
                cwd=settings.BASE_DIR,
                env=environment | _ALLOCATION,
                start_new_session=True,
            )

    def decode(self, file):
        """Raises Ended when the process did not live to answer."""
        self.files += 1
        seconds = settings.DECODER_SECONDS
        # It ends by itself after `seconds` of work; on a machine that is busy they take longer.
        deadline = time.monotonic() + 4 * seconds
        try:
            order = ORDER.pack(seconds, settings.MAX_IMAGE_PIXELS)
            socket.send_fds(self.socket, [order], [file.fileno()])
        except OSError as error:
            raise Ended(self.close()) from error
        sizes = REPLY.unpack(self._receive(REPLY.size, deadline))
        if any(size > most for size, most in zip(sizes, MAX_REPLY, strict=True)):
            raise ValueError("an answer of impossible length")
        text, display, thumbnail = (self._receive(size, deadline) for size in sizes)
        return bytes(text), bytes(display), bytes(thumbnail)

    def _receive(self, size, deadline):
        data = bytearray(size)
        view = memoryview(data)
        while view:
            left = deadline - time.monotonic()
            try:
                if left <= 0:
                    raise TimeoutError
                self.socket.settimeout(left)
                count = self.socket.recv_into(view)
            except TimeoutError as error:
                self.close()
                raise DecoderUnavailable("the machine is too busy") from error
            except OSError:
                count = 0
            if not count:
                raise Ended(self.close())
            view = view[count:]
        return data

    def close(self):
        """End it. Returns how it had ended, where it had; else what ended it now."""
        self.socket.close()
        try:
            return self.process.wait(0.5)  # without its socket it ends by itself
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


def _understood(text, display, thumbnail):
    """A Decoded or an ImageRefused. Failed where decoding did, by a fault of ours; any other
    exception for what cannot be an answer."""
    told = json.loads(text)
    if failed := told.get("failed"):
        raise Failed(str(failed)[:500].encode("unicode_escape").decode())
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
                if end.status == _BY_LIMIT:
                    raise ImageRefused("corrupt_image", message="too_heavy") from end
                if end.status in _BY_CRASH and decoder.files == 1:
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
