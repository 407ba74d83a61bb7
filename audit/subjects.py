"""How a model declares what it is in the audit log and whose, and what a reader calls it."""

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, NamedTuple

from django.db.models import Model

from .models import Event, Kind
from .trail import Action, record


class Subject(NamedTuple):
    """What an event was about: `person` is the patient, for their doctor; `thumbnail` a signed URL,
    or ""."""

    label: str
    url: str
    person: str = ""
    thumbnail: str = ""


# Given keys and a reader: the subjects that they may see, by key. One query, whatever their number.
Describe = Callable[[Iterable[str], Any], dict[str, Subject]]
_describe: dict[str, Describe] = {}


def describe(kind: Kind, function: Describe) -> None:
    """An app says how events about its rows are shown."""
    _describe[kind] = function


def name_subjects(events: list[Event], reader: Any) -> None:
    """Set each event's `subject`, None for what the reader may not see, and for what is gone."""
    keys: dict[str, set[str]] = {}
    for event in events:
        keys.setdefault(event.kind, set()).add(event.key)
    found = {kind: _describe[kind](keys[kind], reader) for kind in keys if kind in _describe}
    for event in events:
        event.subject = found.get(event.kind, {}).get(event.key)


def audited(kind: Kind, **columns: str) -> property:
    """A property for a model: `audited = audited(Kind.X, patient_id="patient_id", ...)`. The values
    are paths of the model's own attributes, dots allowed."""
    getters = {column: attrgetter(path) for column, path in columns.items()}
    return property(
        lambda self: {"kind": str(kind)} | {column: get(self) for column, get in getters.items()}
    )


def record_erasure(sender: type[Model], instance: Model, **kwargs: Any) -> None:
    """For `post_delete` of what is first moved to a bin: covers pages, the API, the admin's bulk
    actions and cascades."""
    record(Action.ERASED, instance)
