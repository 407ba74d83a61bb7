"""A pool of processes of one class: started on demand, reused, replaced when they die.

Not a pool from a library: a descriptor is sent instead of the bytes, so a photograph is in memory
once; the process inherits no secret from our environment; and a reply is data, never a pickle that
a process could write once taken over.
"""

import json
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from core.errors import Unavailable

from .process import InvalidReply, Process, ProcessExited, ProcessTimeout, WorkerError

logger = logging.getLogger(__name__)

P = TypeVar("P", bound=Process)
T = TypeVar("T")


class Pool(Generic[P]):
    """At most `size` processes work at a time; idle ones wait for the next file.

    A subclass names the class of its processes, how many files each serves (libraries leak), and
    how long, in seconds, a file may wait for a free one (None: without limit).
    """

    process_class: type[P]
    max_files: int
    max_wait: float | None = None

    def __init__(self, size: int) -> None:
        self.idle: list[P] = []
        self.slots = threading.Semaphore(size)

    def run(
        self,
        request: Callable[[P], list[bytes]],
        parse: Callable[..., T],
        *,
        fresh: bool = False,
    ) -> T:
        """Calls `request(process)` and returns `parse(facts, *parts)` of its reply.

        `fresh` requires a process that has seen no other file. A process that replied is kept for
        the next file; any other is closed. Where `is_exhausted` says so and there were other files
        before, the file is given to a new process.

        Raises ProcessExited, ProcessTimeout and WorkerError; InvalidReply for what our code never
        sends; the class's `unavailable` when no process is; and any Unavailable of `parse`.
        """
        with self._slot():
            process = self._new() if fresh else self._take()
            result = _ask(process, request, parse)
            if process.files > 1 and self.is_exhausted(result):
                process.close()
                process = self._new()
                result = _ask(process, request, parse)
            if process.files < self.max_files:
                self.idle.append(process)
            else:
                process.close()
            return result

    def is_exhausted(self, result: Any) -> bool:
        """Hook: whether a file was too much for the process, which earlier files may have left
        little memory."""
        return False

    @contextmanager
    def _slot(self) -> Iterator[None]:
        if not self.slots.acquire(timeout=self.max_wait):
            raise self.process_class.unavailable("all are busy")
        try:
            yield
        finally:
            self.slots.release()

    def _new(self) -> P:
        try:
            return self.process_class()
        except ProcessExited as error:
            reason = f"none could be started: status {error.status}"
            raise self.process_class.unavailable(reason) from error

    def _take(self) -> P:
        """An idle process that is still running, or a new one."""
        while self.idle:
            try:
                process = self.idle.pop()
            except IndexError:  # another thread was faster
                break
            if process.process.poll() is None:
                return process
            process.close()
        return self._new()

    def warm_up(self) -> None:
        """Start a process in the background, so that the first photograph does not wait for it."""

        def start() -> None:
            with self.slots:
                try:
                    self.idle.append(self._new())
                except Unavailable as error:
                    logger.warning("%s: %s", self.process_class.module, error)

        threading.Thread(target=start, daemon=True).start()

    def close(self) -> None:
        """Stop the idle processes. The next file starts a new one."""
        while self.idle:
            self.idle.pop().close()


def _ask(process: P, request: Callable[[P], list[bytes]], parse: Callable[..., T]) -> T:
    """The parsed reply of a process, which is closed where there is none."""
    try:
        return _parsed(request(process), parse)
    except ProcessExited as error:
        process.close()
        error.first_file = process.files == 1
        logger.warning("%s exited with status %s", process.module, error.status)
        raise
    except (ProcessTimeout, WorkerError, Unavailable):
        process.close()
        raise
    except Exception as error:
        process.close()
        logger.exception("invalid reply from %s", process.module)
        raise InvalidReply from error


def _parsed(reply: list[bytes], parse: Callable[..., T]) -> T:
    text, *parts = reply
    facts = json.loads(text)
    if failed := facts.get("failed"):
        raise WorkerError.at(failed)
    return parse(facts, *parts)
