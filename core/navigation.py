"""Links and a search in the frame of every page; apps register them in ready().

The frame knows no app. An entry says who sees it and on which pages it is the current one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from django.urls import reverse

Place = Literal["top", "tabs", "menu"]


class Reader(NamedTuple):
    """Who is looking at the page. `own`: the key of their own patient record, if they have one."""

    doctor: bool
    own: int | None
    staff: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A link. `places`: "top" is the bar of a wide page, "tabs" a phone's, "menu" the account's
    menu. `route` is the name of a URL, `arguments` computes its arguments. `order`: from left to
    right."""

    label: object  # a lazy translation, for the reader's language
    route: str
    order: int
    icon: str = ""
    places: tuple[Place, ...] = ("top", "tabs")
    shown: Callable[[Reader, Place], object] = lambda reader, place: True
    current: Callable[[str, Reader], object] = lambda route, reader: False
    arguments: Callable[[Reader], list[Any]] = lambda reader: []

    def url(self, reader: Reader) -> str:
        return reverse(self.route, args=self.arguments(reader))


@dataclass(frozen=True, slots=True)
class Search:
    """The search in the bar, for doctors. `route`: the page that answers `?q=`; `label`: what it
    finds; `suggestions`: the route of what answers `?q=` while somebody types
    (static/js/components/suggest.js)."""

    label: object
    route: str
    suggestions: str

    def url(self) -> str:
        return reverse(self.route)

    def suggestions_url(self) -> str:
        return reverse(self.suggestions)


_entries: dict[tuple[str, tuple[Place, ...]], Entry] = {}
_search: Search | None = None


def register(*entries: Entry) -> None:
    """Add entries; one with the same route and places is replaced."""
    for entry in entries:
        _entries[entry.route, entry.places] = entry


def register_search(search: Search) -> None:
    """Set the search of the bar."""
    global _search
    _search = search


def search() -> Search | None:
    """The search of the bar, if an app has one."""
    return _search


def entries(place: Place, reader: Reader) -> list[Entry]:
    """The entries that the reader sees in a place, in order."""
    visible = [e for e in _entries.values() if place in e.places and e.shown(reader, place)]
    return sorted(visible, key=lambda entry: entry.order)
