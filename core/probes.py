"""What has to work for this machine to be ready: each app registers its own checks in ready()."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """`run` raises where something does not work. `alone` in a thread of its own, with the others
    that wait for the network; else it asks the database, and only where that answers."""

    name: str
    run: Callable[[], object]
    alone: bool


_checks: dict[str, Check] = {}


def register(name: str, run: Callable[[], object], *, alone: bool = False) -> None:
    _checks[name] = Check(name, run, alone)


def registered() -> list[Check]:
    return list(_checks.values())
