"""What the apps above give the worker to do; they register it in ready()."""

from collections.abc import Callable
from typing import Any

queues: dict[str, Any] = {}  # {name: jobs.queue.Queue}
sweeps: list[Callable[[], Any]] = []  # called every few seconds; each finds its own work
