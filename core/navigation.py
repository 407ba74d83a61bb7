"""What the frame of every page shows: links and a search that apps register in ready().

The frame knows no app. An entry says for whom it is and on which pages it is the current one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from django.urls import reverse

Place = Literal["top", "tabs", "menu"]


class Reader(NamedTuple):
    """Who looks at the page: `own` is the key of their own patient record, if they have one."""

    doctor: bool
    own: int | None
    staff: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """`places`: the bar of a wide page, the tabs of a phone, the account's menu. `route` is the
    name of a URL, `arguments` gives those that it wants. `order` is from left to right."""

    label: object  # lazy: it is told in the reader's language
    route: str
    order: int
    icon: str = ""
    places: tuple[Place, ...] = ("top", "tabs")
    shown: Callable[[Reader, Place], object] = lambda reader, place: True
    current: Callable[[str, Reader], object] = lambda route, reader: False
    arguments: Callable[[Reader], list] = lambda reader: []

    def url(self, reader: Reader) -> str:
        return reverse(self.route, args=self.arguments(reader))


@dataclass(frozen=True, slots=True)
class Search:
    """The search in the bar, for doctors: the page that answers `?q=`, and what it finds."""

    label: object
    route: str

    def url(self) -> str:
        return reverse(self.route)


_entries: dict[tuple[str, tuple[Place, ...]], Entry] = {}
searches: list[Search] = []


def register(*entries: Entry) -> None:
    for entry in entries:
        _entries[entry.route, entry.places] = entry


def entries(place: Place, reader: Reader) -> list[Entry]:
    """What somebody is shown there, in order."""
    found = [e for e in _entries.values() if place in e.places and e.shown(reader, place)]
    return sorted(found, key=lambda entry: entry.order)
