"""What must work for this machine to be ready: each app registers its own checks in ready()."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """`run` raises where something does not work. With `in_thread` it waits for the network, in a
    thread of its own; otherwise it queries the database, and runs only when that answers."""

    name: str
    run: Callable[[], object]
    in_thread: bool


_checks: dict[str, Check] = {}


def register(name: str, run: Callable[[], object], *, in_thread: bool = False) -> None:
    """Add a check, or replace the one of that name."""
    _checks[name] = Check(name, run, in_thread)


def registered() -> list[Check]:
    """All checks, in the order of registration."""
    return list(_checks.values())
