"""Queues and sweeps of the apps above, which register them in ready()."""

from collections.abc import Callable
from typing import Any, Protocol


class _Queue(Protocol):
    """What the worker needs of a jobs.queue.Queue, which imports this module."""

    name: str
    model: Any

    def work(self) -> bool: ...
    def wake(self) -> None: ...
    def close(self) -> None: ...


queues: dict[str, _Queue] = {}  # by name
sweeps: list[Callable[[], object]] = []  # called every few seconds; each finds its own work
