"""A small disk: a tmpfs, which is full when a file says so."""

import os
import subprocess
from contextlib import suppress
from pathlib import Path

SIZE = 160 * 2**20  # bytes


class Missing(Exception):
    """This machine lets nobody mount a disk."""


def mounted(folder, size=SIZE):
    """Raises Missing."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise Missing(done.stderr.strip() or "mount refuses")


def unmount(folder):
    subprocess.run(["umount", "--lazy", str(folder)], check=False)


def fill(folder, leave):
    """Take what is free but `leave` bytes, as long as there is anything to take. Returns whether
    nothing more was to be had."""
    with Path(folder, "filler").open("wb") as filler:
        taken = 0
        for piece in (2**24, 2**20, 2**16, 2**12):
            with suppress(OSError):
                while _free(folder) >= leave + piece:
                    os.posix_fallocate(filler.fileno(), taken, piece)
                    taken += piece
    return _free(folder) < leave + 2**16  # others give back, and take, meanwhile


def _free(folder):
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def free(folder):
    Path(folder, "filler").unlink(missing_ok=True)
