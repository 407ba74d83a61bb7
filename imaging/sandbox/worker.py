"""The other end of `process`: what a process does that serves files from a socket, within limits.

It holds no secret and no database; memory and processor time run out for it before they do for
the machine, and it ends when the one that started it does.
"""

import json
import os
import resource
import signal
import socket
import struct
import sys
import traceback
from contextlib import ExitStack
from pathlib import Path

from . import confinement


def limit_memory(limit: int, setting: str, written: int = 0):
    """At most `limit` bytes resident: what is there now, and writable memory for the rest; files
    of at most `written` bytes, no core. `setting` is whose value the limit is."""
    with open("/proc/self/statm", encoding="ascii") as statm:
        resident = int(statm.read().split()[1]) * resource.getpagesize()
    if limit <= resident:
        sys.exit(f"{setting} is {limit}; the process by itself takes {resident} bytes.")
    resource.setrlimit(resource.RLIMIT_DATA, (limit - resident,) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (written,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def serve(order: struct.Struct, modes: tuple[str, ...], reply: struct.Struct, answer, readable=()):
    """For every order with its descriptors, opened in these modes, send what
    `answer(files, *order)` gives: facts (for JSON), then bytes for each further part.

    The first field of an order is the seconds of processor time that it may take, all threads: at
    their end the kernel ends the process (SIGPROF). An exception is ours: it is told with its
    place, and with nothing of the file's. `readable` are folders that may still be read.
    """
    # What libraries print is of no use from here on, and may quote the file.
    os.dup2(1, 2)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server; we end with it
    confinement.confine(readable)
    with socket.socket(fileno=0) as server:
        server.sendall(b"\0")  # ready
        while True:
            data, descriptors, _flags, _address = socket.recv_fds(server, order.size, len(modes))
            if not data:
                return
            seconds, *rest = order.unpack(data)
            with ExitStack() as stack:
                files = [
                    stack.enter_context(os.fdopen(descriptor, mode))
                    for descriptor, mode in zip(descriptors, modes, strict=True)
                ]
                signal.setitimer(signal.ITIMER_PROF, seconds)
                try:
                    facts, *parts = answer(files, *rest)
                except Exception as error:
                    facts, parts = {"failed": _place_of(error)}, ()
                signal.setitimer(signal.ITIMER_PROF, 0)
                text = json.dumps(facts, default=lambda date: date.isoformat()).encode()
                lengths = [len(text), *map(len, parts)]
                lengths += [0] * (reply.size // 4 - len(lengths))
                server.sendall(reply.pack(*lengths))
                for part in (text, *parts):
                    server.sendall(part)


def _place_of(error):
    frames = traceback.extract_tb(error.__traceback__)
    places = " > ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
    return f"{type(error).__name__} at {places}"
