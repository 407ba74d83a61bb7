"""What needs somebody of the staff, on the first page of the admin; apps register it in ready()."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple


class StaffTask(NamedTuple):
    """A sentence, the admin page where it is done, and whether it cannot wait."""

    text: str
    url: str
    urgent: bool = False


Source = Callable[[Any], Iterable[StaffTask]]  # given the user, who may not see everything
_sources: list[Source] = []


def register(source: Source) -> None:
    """`source` is called when the page is shown. It counts few rows, and none that the user may
    not see."""
    if source not in _sources:
        _sources.append(source)


def tasks_for(user: Any) -> list[StaffTask]:
    """Urgent ones first."""
    tasks = [task for source in _sources for task in source(user)]
    return sorted(tasks, key=lambda task: not task.urgent)
