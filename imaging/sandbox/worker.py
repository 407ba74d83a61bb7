"""The other end of `process`: serves requests from a socket, within limits.

It has no secret and no database connection, reaches its limits of memory and processor time before
the machine does, and exits with its parent.
"""

import json
import os
import resource
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from . import confinement


def limit_memory(limit: int, setting: str, max_file_size: int = 0) -> None:
    """Limit resident memory to `limit` bytes (what is used now, plus writable memory for the rest)
    and files written to `max_file_size` bytes; no core dumps. `setting` is where `limit` comes
    from. Exits where the process already uses more."""
    with open("/proc/self/statm", encoding="ascii") as statm:
        resident = int(statm.read().split()[1]) * resource.getpagesize()
    if limit <= resident:
        sys.exit(f"{setting} is {limit}; the process by itself takes {resident} bytes.")
    resource.setrlimit(resource.RLIMIT_DATA, (limit - resident,) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (max_file_size,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def serve(
    request: struct.Struct,
    modes: tuple[str, ...],
    reply: struct.Struct,
    handle: Callable[..., tuple[Any, ...]],
    readable: Iterable[str] = (),
) -> None:
    """Answer every request, with its descriptors opened in these modes, with what
    `handle(files, *fields)` returns: facts (for JSON), then bytes for each further part.

    The first field of a request is its limit of processor time in seconds, for all threads
    together: past it the kernel kills the process (SIGPROF). An exception is our fault: its place
    is reported, and nothing of the file's content. `readable` are folders that may still be read.
    """
    # From here on, what libraries print is of no use and may quote the file.
    os.dup2(1, 2)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server; we exit with it
    confinement.confine(readable)
    with socket.socket(fileno=0) as server:
        server.sendall(b"\0")  # ready
        while True:
            data, descriptors, _flags, _address = socket.recv_fds(server, request.size, len(modes))
            if not data:
                return
            seconds, *fields = request.unpack(data)
            with ExitStack() as stack:
                files = [
                    stack.enter_context(os.fdopen(descriptor, mode))
                    for descriptor, mode in zip(descriptors, modes, strict=True)
                ]
                signal.setitimer(signal.ITIMER_PROF, seconds)
                try:
                    facts, *parts = handle(files, *fields)
                except Exception as error:
                    facts, parts = {"failed": _place_of(error)}, []
                signal.setitimer(signal.ITIMER_PROF, 0)
                text = json.dumps(facts, default=lambda date: date.isoformat()).encode()
                lengths = [len(text), *map(len, parts)]
                lengths += [0] * (reply.size // 4 - len(lengths))
                server.sendall(reply.pack(*lengths))
                for part in (text, *parts):
                    server.sendall(part)


def _place_of(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    places = " > ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
    return f"{type(error).__name__} at {places}"
