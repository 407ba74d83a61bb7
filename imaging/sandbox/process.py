"""The parent's side of a process that reads untrusted files: start, request, close.

`worker` is the other end; the users (`imaging.decoding`, `imaging.background`) define requests and
replies. This module starts a process without our secrets, passes it descriptors, waits for it with
a deadline, and classifies how it exited.
"""

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterable
from typing import IO, Any

from django.conf import settings

from core.errors import Unavailable

START_TIMEOUT = 20  # seconds
_ENVIRONMENT = ("PATH", "PYTHONPATH", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "OPENBLAS_CORETYPE")
# Allocations above 16 MiB go back to the system at once: an idle process stays small, and the
# memory of one photograph is free for the next. Smaller ones are kept: new pages cost time.
_ALLOCATION = {
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": str(16 * 2**20),
    "MALLOC_TRIM_THRESHOLD_": str(16 * 2**20),
}
# Exit statuses that the file is to blame for; it is not for any other.
_TIME_LIMIT = -signal.SIGPROF
_CRASHES = {
    -number
    for number in (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL)
}


class ProcessExited(Exception):
    """The process exited or was killed before it replied. `status` as in `Popen.returncode`;
    `first_file` when it had seen no other file."""

    def __init__(self, status: int, first_file: bool = False) -> None:
        self.status, self.first_file = status, first_file
        super().__init__(status)

    @property
    def hit_time_limit(self) -> bool:
        """Whether its processor time ran out."""
        return self.status == _TIME_LIMIT

    @property
    def crashed(self) -> bool:
        """Whether this file crashed it: no earlier file can have been the cause."""
        return self.first_file and self.status in _CRASHES


class ProcessTimeout(Exception):
    """No reply long after the deadline: the machine is too busy, or the process hangs."""


class WorkerError(RuntimeError):
    """Our own code failed in the process; the message is the place."""

    @classmethod
    def at(cls, place: object) -> "WorkerError":
        return cls(str(place)[:500].encode("unicode_escape").decode())


class InvalidReply(Exception):
    """A reply that our code never sends: the file has taken the process over."""


class Process:
    """One process and our end of its socket. A subclass names its module, its start options, the
    lengths of a reply's parts, and what to raise when no process is available."""

    module: str
    reply: struct.Struct  # packs the lengths of a reply's parts
    max_lengths: tuple[int, ...]  # bytes of each
    unavailable: type[Unavailable]

    def __init__(self) -> None:
        self.files = 0
        try:
            self._start()
        except OSError as error:
            raise self.unavailable("no process can be started") from error
        try:
            self._receive(1, time.monotonic() + START_TIMEOUT)
        except ProcessTimeout as error:
            raise self.unavailable("the machine is too busy") from error

    def options(self) -> dict[str, Any]:
        """What it is given at its start, as JSON."""
        raise NotImplementedError

    def _start(self) -> None:
        self.socket, theirs = socket.socketpair()
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603  (our own interpreter and module)
                [sys.executable, "-m", self.module, json.dumps(self.options())],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,  # stderr is ours: our log says why it cannot start
                cwd=settings.BASE_DIR,
                env=environment | _ALLOCATION,
                start_new_session=True,
            )

    def request(self, message: bytes, files: Iterable[IO[bytes]], deadline: float) -> list[bytes]:
        """Send a message with the descriptors of `files`; returns the parts of the reply.

        Raises ProcessExited, ProcessTimeout past the deadline (`time.monotonic`), and ValueError
        for a reply of impossible length.
        """
        self.files += 1
        try:
            socket.send_fds(self.socket, [message], [file.fileno() for file in files])
        except OSError as error:
            raise ProcessExited(self.close()) from error
        sizes = self.reply.unpack(self._receive(self.reply.size, deadline))
        if any(size > limit for size, limit in zip(sizes, self.max_lengths, strict=True)):
            raise ValueError("a reply of impossible length")
        return [bytes(self._receive(size, deadline)) for size in sizes]

    def _receive(self, size: int, deadline: float) -> bytearray:
        data = bytearray(size)
        view = memoryview(data)
        while view:
            remaining = deadline - time.monotonic()
            try:
                if remaining <= 0:
                    raise TimeoutError
                self.socket.settimeout(remaining)
                count = self.socket.recv_into(view)
            except TimeoutError as error:
                self.close()
                raise ProcessTimeout from error
            except OSError:
                count = 0
            if not count:
                raise ProcessExited(self.close())
            view = view[count:]
        return data

    def close(self) -> int:
        """Stop it. Returns its exit status: the earlier one where it had exited before."""
        self.socket.close()
        try:
            return self.process.wait(0.5)  # it exits by itself once its socket is closed
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
