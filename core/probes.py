"""What has to work for this machine to be ready: each app registers its own checks in ready()."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """`run` raises where something does not work. With `in_thread` it waits for the network and runs
    in a thread of its own; otherwise it asks the database, and runs only when that answers."""

    name: str
    run: Callable[[], object]
    in_thread: bool


_checks: dict[str, Check] = {}


def register(name: str, run: Callable[[], object], *, in_thread: bool = False) -> None:
    _checks[name] = Check(name, run, in_thread)


def registered() -> list[Check]:
    return list(_checks.values())
