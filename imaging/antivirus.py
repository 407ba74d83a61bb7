"""Optional antivirus: with CLAMD_URL set, clamd scans a file before anything else reads it, and
nothing is stored that was not found clean.

Uses clamd's INSTREAM protocol directly: the client packages send 1 KiB at a time, have no overall
deadline and only support IPv4; the only maintained one is under the GPL.
"""

import logging
import socket
import struct
from contextlib import closing
from time import monotonic
from typing import IO
from urllib.parse import urlsplit

from django.conf import settings

from .errors import AntivirusUnavailable, ImageRefused

logger = logging.getLogger(__name__)

TIMEOUT = 12  # seconds for one file, from the first byte sent to the verdict
CHUNK_SIZE = 256 * 1024  # bytes


class InvalidAddress(ValueError):
    """CLAMD_URL is neither tcp://host:port nor unix:///path."""


def parse_address(url: str) -> tuple[str, int] | str:
    """(host, port), or the path of a socket. Raises InvalidAddress."""
    try:
        parts = urlsplit(url)
        if parts.scheme == "tcp" and parts.hostname and parts.port and parts.path in ("", "/"):
            return parts.hostname, parts.port
        if parts.scheme == "unix" and not parts.netloc and parts.path.startswith("/"):
            return parts.path
    except ValueError as error:
        raise InvalidAddress(url) from error
    raise InvalidAddress(url)


def scan(file: IO[bytes]) -> None:
    """Scan an open file from its start. Raises ImageRefused for one that is infected, and
    AntivirusUnavailable for one that clamd did not scan completely, for any reason."""
    if not settings.CLAMD_URL:
        return
    try:
        verdict = _ask_clamd(file)
    except (OSError, InvalidAddress) as error:
        logger.error("clamd does not answer: %s", type(error).__name__)
        raise AntivirusUnavailable(type(error).__name__) from error
    if verdict == "stream: OK":
        return
    infected = verdict.startswith("stream: ") and verdict.endswith(" FOUND")
    if infected and "Heuristics.Limits.Exceeded" not in verdict:
        logger.warning("clamd: %s", verdict)
        raise ImageRefused("infected_file")
    logger.error("clamd did not scan a file completely: %s", verdict[:200])
    raise AntivirusUnavailable(verdict[:200])


def _ask_clamd(file: IO[bytes]) -> str:
    deadline = monotonic() + TIMEOUT
    file.seek(0)
    with closing(_connect()) as clamd:
        clamd.sendall(b"zINSTREAM\0")
        while chunk := file.read(CHUNK_SIZE):
            clamd.settimeout(_remaining(deadline))
            clamd.sendall(struct.pack("!L", len(chunk)) + chunk)
        clamd.sendall(struct.pack("!L", 0))
        reply = b""
        while not reply.endswith(b"\0"):
            clamd.settimeout(_remaining(deadline))
            data = clamd.recv(4096)
            if not data or len(reply) > 4096:
                raise ConnectionError("clamd's reply has no end")
            reply += data
    return reply.decode("ascii", "replace").removesuffix("\0")


def _connect() -> socket.socket:
    address = parse_address(settings.CLAMD_URL)
    if isinstance(address, tuple):
        return socket.create_connection(address, timeout=TIMEOUT / 2)
    clamd = socket.socket(socket.AF_UNIX)
    try:
        clamd.settimeout(TIMEOUT / 2)
        clamd.connect(address)
    except BaseException:
        clamd.close()
        raise
    return clamd


def _remaining(deadline: float) -> float:
    remaining = deadline - monotonic()
    if remaining <= 0:
        raise TimeoutError
    return remaining
