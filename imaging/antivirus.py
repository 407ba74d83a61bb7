"""Optional antivirus: with CLAMD_URL set, a file goes through clamd before anything else looks at
it, and nothing is stored that was not found clean.

Spoken to in clamd's own INSTREAM: the packages that do it send 1 KiB at a time, have no deadline
for the whole, and only know IPv4; one that is kept is under the GPL, the others are not kept.
"""

import logging
import socket
import struct
from contextlib import closing
from time import monotonic
from urllib.parse import urlsplit

from django.conf import settings

from .errors import AntivirusUnavailable, ImageRefused

logger = logging.getLogger(__name__)

SECONDS = 12  # for one file, from the first byte sent to the verdict
PIECE = 256 * 1024  # bytes


class BadAddress(ValueError):
    """CLAMD_URL is neither tcp://host:port nor unix:///path."""


def address(url):
    """(host, port), or the path of a socket. Raises BadAddress."""
    try:
        told = urlsplit(url)
        if told.scheme == "tcp" and told.hostname and told.port and told.path in ("", "/"):
            return told.hostname, told.port
        if told.scheme == "unix" and not told.netloc and told.path.startswith("/"):
            return told.path
    except ValueError as error:
        raise BadAddress(url) from error
    raise BadAddress(url)


def scan(file) -> None:
    """Look at an open file, from its start. Raises ImageRefused for one that is infected, and
    AntivirusUnavailable for one that clamd did not look at whole, for whatever reason."""
    if not settings.CLAMD_URL:
        return
    try:
        verdict = _verdict(file)
    except (OSError, BadAddress) as error:
        logger.error("clamd does not answer: %s", type(error).__name__)
        raise AntivirusUnavailable(type(error).__name__) from error
    if verdict == "stream: OK":
        return
    found = verdict.startswith("stream: ") and verdict.endswith(" FOUND")
    if found and "Heuristics.Limits.Exceeded" not in verdict:
        logger.warning("clamd: %s", verdict)
        raise ImageRefused("infected_file")
    logger.error("clamd did not look at a file whole: %s", verdict[:200])
    raise AntivirusUnavailable(verdict[:200])


def _verdict(file):
    ends = monotonic() + SECONDS
    file.seek(0)
    with closing(_connected()) as clamd:
        clamd.sendall(b"zINSTREAM\0")
        while piece := file.read(PIECE):
            clamd.settimeout(_left(ends))
            clamd.sendall(struct.pack("!L", len(piece)) + piece)
        clamd.sendall(struct.pack("!L", 0))
        answer = b""
        while not answer.endswith(b"\0"):
            clamd.settimeout(_left(ends))
            more = clamd.recv(4096)
            if not more or len(answer) > 4096:
                raise ConnectionError("a verdict without its end is none")
            answer += more
    return answer.decode("ascii", "replace").removesuffix("\0")


def _connected():
    where = address(settings.CLAMD_URL)
    if isinstance(where, tuple):
        return socket.create_connection(where, timeout=SECONDS / 2)
    clamd = socket.socket(socket.AF_UNIX)
    try:
        clamd.settimeout(SECONDS / 2)
        clamd.connect(where)
    except BaseException:
        clamd.close()
        raise
    return clamd


def _left(ends):
    left = ends - monotonic()
    if left <= 0:
        raise TimeoutError
    return left
