"""Pages of events, newest first; each query uses an index, whatever the length of the log."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Protocol

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from .models import Action, Event

SIZE = 50  # events of a page
RECENT = 1000  # events of each kind in which `people` looks for who there is
# Recorded for a consultation or a patient; each showed or delivered many images at once.
BULK_ACTIONS = (Action.LISTED, Action.ZIPPED)


class _Account(Protocol):
    pk: Any

    @property
    def is_doctor(self) -> bool: ...


def bulk_events(
    kind: str, key: object, since: datetime, until: datetime | None = None
) -> QuerySet[Event]:
    """The lists and ZIPs of a consultation or a patient since then."""
    events = Event.objects.filter(
        kind=kind, key=str(key), action__in=BULK_ACTIONS, moment__gte=since
    )
    return events.filter(moment__lt=until) if until else events


def account_events(user: _Account, patient_id: int | None = None) -> Iterator[QuerySet[Event]]:
    """Querysets of the events of a person's images: of them, taken by them, owned by them."""
    yield Event.objects.filter(owner_id=user.pk)
    if patient_id is not None:
        yield Event.objects.filter(patient_id=patient_id)
    if user.is_doctor:
        yield Event.objects.filter(doctor_id=user.pk)


def last_change(kind: str, key: object, field: str) -> Event | None:
    """The latest event, with `who`, that changed a field of one row; None if there is none."""
    changes = Event.objects.filter(kind=kind, key=str(key), action=Action.CHANGED)
    latest = changes.order_by("-id")[:SIZE]
    event = next((event for event in latest if field in event.detail.get("fields", ())), None)
    return with_actors([event])[0] if event else None


def page(
    querysets: Iterable[QuerySet[Event]], before: str = "", size: int = SIZE
) -> tuple[list[Event], int | None]:
    """(events, cursor of the next page or None). Reads at most one page of each queryset. `before`
    is such a cursor, or "" for the first page."""
    events: dict[int, Event] = {}
    for rows in querysets:
        if before.isascii() and before.isdigit():
            rows = rows.filter(id__lt=int(before[:18]))
        events |= {event.id: event for event in rows.order_by("-id")[: size + 1]}
    newest = sorted(events.values(), key=lambda event: -event.id)
    shown = newest[:size]
    return shown, shown[-1].id if len(newest) > size else None


def people(querysets: Iterable[QuerySet[Event]]) -> list[Any]:
    """The users who did any of the recent events, by name."""
    keys: set[int | None] = set()
    for rows in querysets:
        keys.update(rows.order_by("-id").values_list("actor_id", flat=True)[:RECENT])
    return sorted(get_user_model().objects.in_bulk(keys - {None}).values(), key=str)


def with_actors(events: list[Event]) -> list[Event]:
    """The same events, each with `who`: the user, or None if unknown or deleted."""
    keys = {event.actor_id for event in events if event.actor_id is not None}
    users = get_user_model().objects.in_bulk(keys)
    for event in events:
        event.who = users.get(event.actor_id)
    return events
