"""The processes of one kind in this process: started when needed, reused, replaced when they die.

Why not a pool from a library: a descriptor goes over instead of the bytes, so that a photograph is
in memory once; the process inherits no secret from our environment; and what it answers is data,
never a pickle that a taken-over process could write.
"""

import json
import logging
import threading
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

from core.errors import Unavailable

from .process import Ended, Failed, Garbled, Overdue, Process

logger = logging.getLogger(__name__)


class Pool:
    """At most `size` processes at work at a time; idle ones wait for the next file.

    A subclass names the `kind` of its processes, how many files each serves (libraries leak), and
    how long, in seconds, a file may wait for one of them to be free (None: for ever).
    """

    kind: type[Process]
    max_files: int
    wait: float | None = None

    def __init__(self, size: int):
        self.idle: list[Process] = []
        self.free = threading.Semaphore(size)

    def run(
        self,
        ask: Callable[[Any], list[bytes]],
        read: Callable[..., Any],
        *,
        fresh: bool = False,
    ) -> Any:
        """What `read(facts, *parts)` makes of the answer that `ask(process)` gets.

        `fresh` asks for a process that has seen no other file. A process that answered is kept for
        the next; any other is closed.

        Raises Ended, Overdue and Failed; Garbled for what no honest process answers; the kind's
        `unavailable` when there is no process; and any Unavailable of `read`.
        """
        with self._turn():
            process = self._new() if fresh else self._take()
            try:
                result = _read(ask(process), read)
            except Ended as end:
                process.close()
                end.alone = process.files == 1
                logger.warning("%s ended with status %s", process.module, end.status)
                raise
            except (Overdue, Failed, Unavailable):
                process.close()
                raise
            except Exception as error:
                process.close()
                logger.exception("the answer of %s cannot be understood", process.module)
                raise Garbled from error
            if process.files < self.max_files:
                self.idle.append(process)
            else:
                process.close()
            return result

    @contextmanager
    def _turn(self):
        if not self.free.acquire(timeout=self.wait):
            raise self.kind.unavailable("all are busy")
        try:
            yield
        finally:
            self.free.release()

    def _new(self) -> Process:
        try:
            return self.kind()
        except Ended as end:
            raise self.kind.unavailable(f"none could be started: status {end.status}") from end

    def _take(self) -> Process:
        """An idle process that still lives, or a new one."""
        while self.idle:
            try:
                process = self.idle.pop()
            except IndexError:  # another thread was faster
                break
            if process.process.poll() is None:
                return process
            process.close()
        return self._new()

    def warm_up(self):
        """Start a process in the background: the first photograph of the day does not wait."""

        def start():
            with self.free:
                try:
                    self.idle.append(self._new())
                except Unavailable as error:
                    logger.warning("%s: %s", self.kind.module, error)

        threading.Thread(target=start, daemon=True).start()

    def close(self):
        """End the idle processes. The next file starts another."""
        while self.idle:
            self.idle.pop().close()


def _read(answer, read):
    text, *parts = answer
    facts = json.loads(text)
    if failed := facts.get("failed"):
        raise Failed.at(failed)
    return read(facts, *parts)
