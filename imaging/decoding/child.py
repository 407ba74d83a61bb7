"""The process that decodes: `python -m imaging.decoding.child '<settings as JSON>'`.

On standard input it has a Unix socket. For every descriptor that comes through it, it decodes the
file and answers with three lengths, then with what is known (JSON), the display rendition and the
thumbnail. It holds no secret, no database and no other file; memory and processor time run out
for it before they do for the server.
"""

import json
import os
import resource
import signal
import socket
import struct
import sys
import traceback
import warnings
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile

from django.conf import settings

ORDER = struct.Struct("!dQ")  # seconds of processor time, pixels at most
REPLY = struct.Struct("!III")  # bytes of: facts, display, thumbnail


def main():
    options = json.loads(sys.argv[1])
    # What metadata and ImageKit read of Django's settings, and nothing more.
    settings.configure(TIME_ZONE=options["time_zone"], USE_TZ=True)
    from . import picture

    warnings.simplefilter("ignore")  # decoders warn of what is odd
    _warm_up(picture)
    _limit_memory(options["memory"])
    # What libraries print is of no use from here on, and may quote the file.
    os.dup2(1, 2)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the server; we end with it
    with socket.socket(fileno=0) as server:
        server.sendall(b"\0")  # ready
        while True:
            order, descriptors, _flags, _address = socket.recv_fds(server, ORDER.size, 1)
            if not order:
                return
            with os.fdopen(descriptors[0], "rb") as file:
                _answer(server, file, picture, *ORDER.unpack(order))


def _answer(server, file, picture, seconds, max_pixels):
    # Processor time, all threads: at its end the kernel ends the process (SIGPROF).
    signal.setitimer(signal.ITIMER_PROF, seconds)
    display = thumbnail = b""
    try:
        found = asdict(picture.decode(file, max_pixels=max_pixels))
        display, thumbnail = found.pop("display"), found.pop("thumbnail")
        facts = {"photo": found}
    except picture.ImageRefused as refusal:
        facts = {"refused": [refusal.code, refusal.message, refusal.values]}
    except MemoryError:
        facts = {"refused": ["corrupt_image", "too_heavy", {}]}
    except Exception as error:  # ours: told with its place, and with nothing of the file's
        frames = traceback.extract_tb(error.__traceback__)
        places = " > ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
        facts = {"failed": f"{type(error).__name__} at {places}"}
    signal.setitimer(signal.ITIMER_PROF, 0)
    text = json.dumps(facts, default=lambda date: date.isoformat()).encode()
    server.sendall(REPLY.pack(len(text), len(display), len(thumbnail)))
    for part in (text, display, thumbnail):
        server.sendall(part)


def _warm_up(picture):
    """Load every decoder and encoder before the limits hold and before anyone waits."""
    from PIL import Image

    for format in ("JPEG", "PNG", "WEBP", "HEIF"):
        out = BytesIO()
        Image.new("RGB", (16, 16)).save(out, format)
        with TemporaryFile() as file:
            file.write(out.getvalue())
            file.flush()
            picture.decode(file, max_pixels=1_000_000)


def _limit_memory(limit):
    """At most `limit` bytes resident: what is there now, and writable memory for the rest."""
    with open("/proc/self/statm", encoding="ascii") as statm:
        resident = int(statm.read().split()[1]) * resource.getpagesize()
    if limit <= resident:
        sys.exit(f"DECODER_MEMORY is {limit}; the process by itself takes {resident} bytes.")
    resource.setrlimit(resource.RLIMIT_DATA, (limit - resident,) * 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
