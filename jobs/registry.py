"""Queues and sweeps of the apps above, which register them in ready()."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .queue import Queue

queues: dict[str, Queue[Any]] = {}  # by name
sweeps: list[Callable[[], object]] = []  # called every few seconds; each finds its own work
