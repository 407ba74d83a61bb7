"""A process of ours that looks at untrusted files, as its parent sees it: start, ask, end.

`worker` is the other end. What is asked and answered is for those who use it (`imaging.decoding`,
`imaging.background`): here is how a process is started without our secrets, handed descriptors,
waited for with a deadline, and told apart by how it ended.
"""

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time

from django.conf import settings

from core.errors import Unavailable

START = 20  # seconds for a process to be ready
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
    """The process ended, or was ended, before it answered. `status` as in `Popen.returncode`;
    `alone` when it had seen no other file."""

    def __init__(self, status, alone=False):
        self.status, self.alone = status, alone
        super().__init__(status)

    @property
    def by_limit(self) -> bool:
        """Its processor time ran out."""
        return self.status == _BY_LIMIT

    @property
    def by_crash(self) -> bool:
        """It crashed over this file, and no file before can have been the reason."""
        return self.alone and self.status in _BY_CRASH


class Overdue(Exception):
    """No answer long after its time: the machine is too busy, or the process hangs."""


class Failed(RuntimeError):
    """Our own code failed in the process; says where."""

    @classmethod
    def at(cls, where):
        return cls(str(where)[:500].encode("unicode_escape").decode())


class Garbled(Exception):
    """An answer that our code does not give: the file has taken the process over."""


class Process:
    """One process and our end of its socket. A subclass names its module and what it is told at
    its start, the lengths of an answer's parts, and what to raise when none can be had."""

    module: str
    reply: struct.Struct  # the lengths of an answer's parts
    most: tuple[int, ...]  # bytes of each
    unavailable: type[Unavailable]

    def __init__(self):
        self.files = 0
        try:
            self._start()
        except OSError as error:
            raise self.unavailable("no process can be started") from error
        try:
            self._receive(1, time.monotonic() + START)
        except Overdue as error:
            raise self.unavailable("the machine is too busy") from error

    def options(self) -> dict:
        """What it is told at its start, of what JSON can say."""
        raise NotImplementedError

    def _start(self):
        self.socket, theirs = socket.socketpair()
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603  (our own interpreter and module)
                [sys.executable, "-m", self.module, json.dumps(self.options())],
                stdin=theirs,
                stdout=subprocess.DEVNULL,  # what stops it from starting goes to our log
                cwd=settings.BASE_DIR,
                env=environment | _ALLOCATION,
                start_new_session=True,
            )

    def ask(self, order: bytes, files, deadline: float) -> list[bytes]:
        """The parts of its answer. Raises Ended when the process did not live to give it,
        Overdue past the deadline (`time.monotonic`), ValueError for what is no answer."""
        self.files += 1
        try:
            socket.send_fds(self.socket, [order], [file.fileno() for file in files])
        except OSError as error:
            raise Ended(self.close()) from error
        sizes = self.reply.unpack(self._receive(self.reply.size, deadline))
        if any(size > most for size, most in zip(sizes, self.most, strict=True)):
            raise ValueError("an answer of impossible length")
        return [bytes(self._receive(size, deadline)) for size in sizes]

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
                raise Overdue from error
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
