"""Events as people read them: who, on which day, how many images how often; what is unusual."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Min
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import Action, Event
from .subjects import Subject

GAP = timedelta(minutes=30)  # after which the same person has sat down anew
NIGHT = (22, 6)  # hours of the practice's clock
RECENT = 200  # how many earlier events of a person are read for their addresses
PICTURES, PEOPLE = 6, 3  # how many a line shows; the rest is a number
LOOKS = frozenset({Action.LISTED, Action.VIEWED, Action.DOWNLOADED, Action.ZIPPED, Action.OPENED})
# {mark: in words for a doctor, for a patient, who is shown no address}.
MARKS: dict[str, tuple[str | Promise, str | Promise]] = {
    "first_look": (_("First view of this patient"), _("First view of your record")),
    "night": (_("At night"), _("At night")),
    "new_address": (_("New IP address"), _("From another place than usual")),
}


@dataclass
class Sitting:
    """What one person did from one address without a long pause; `events` are the latest first and
    `marks` some of MARKS."""

    events: list[Event]
    marks: list[str] = field(default_factory=list)

    @property
    def latest(self) -> Event:
        return self.events[0]

    @property
    def earliest(self) -> Event:
        return self.events[-1]

    @property
    def who(self) -> Any:
        return self.latest.who

    @property
    def images(self) -> int:
        """How many single images, each counted once."""
        return len({(event.kind, event.key) for event in self._of_images()})

    @property
    def times(self) -> int:
        """How often single images were looked at."""
        return len(self._of_images())

    @property
    def actions(self) -> list[tuple[str, int]]:
        """(what was done, how often), the most frequent first."""
        labels = {event.action: str(event.get_action_display()) for event in self.events}
        counted = Counter(event.action for event in self.events)
        return [(labels[action], count) for action, count in counted.most_common()]

    @property
    def pictures(self) -> list[Subject]:
        """The first of the images looked at that the reader may see, each once."""
        seen = {event.key: event.subject for event in reversed(self._of_images())}
        return [one for one in seen.values() if one and one.thumbnail][:PICTURES]

    @property
    def more_pictures(self) -> int:
        return self.images - len(self.pictures) if self.pictures else 0

    @property
    def patients(self) -> list[str]:
        """The patients concerned, for their doctor; the most looked at first."""
        names = Counter(event.subject.person for event in self.events if event.subject)
        return [name for name, _count in names.most_common() if name]

    @property
    def named_patients(self) -> list[str]:
        return self.patients[:PEOPLE]

    @property
    def more_patients(self) -> int:
        return max(0, len(self.patients) - PEOPLE)

    @property
    def mark_labels(self) -> list[str | Promise]:
        return [MARKS[mark][0] for mark in self.marks]

    @property
    def mark_labels_for_patient(self) -> list[str | Promise]:
        return [MARKS[mark][1] for mark in self.marks]

    def _of_images(self) -> list[Event]:
        looks = (event for event in self.events if event.action in LOOKS)
        return [event for event in looks if event.kind.endswith("_image")]


def sittings(events: Iterable[Event]) -> list[Sitting]:
    """Of events that are the latest first; so is the result, by their latest event. Two people who
    work at the same time have a sitting each."""
    found: list[Sitting] = []
    open_ones: dict[tuple[Any, ...], Sitting] = {}
    for event in events:
        day = timezone.localtime(event.moment).date()
        person = (event.actor_id, event.actor_role, event.address, day)
        sitting = open_ones.get(person)
        if sitting and sitting.earliest.moment - event.moment <= GAP:
            sitting.events.append(event)
        else:
            open_ones[person] = Sitting([event])
            found.append(open_ones[person])
    return found


def mark_unusual(found: list[Sitting], reader: Any) -> list[Sitting]:
    """Set the `marks` of the sittings of anybody but the reader. Returns the same list. Two
    queries, however many people there are."""
    others = [one for one in found if one.latest.actor_id not in (None, reader.pk)]
    if not others:
        return found
    of_each: dict[int, list[Sitting]] = {}
    for sitting in others:
        hours = {timezone.localtime(event.moment).hour for event in sitting.events}
        if any(hour >= NIGHT[0] or hour < NIGHT[1] for hour in hours):
            sitting.marks.append("night")
        of_each.setdefault(sitting.latest.actor_id or 0, []).append(sitting)
    addresses, patients = _known(of_each)
    for actor, mine in of_each.items():
        _mark_new(mine, addresses.get(actor, set()), patients.get(actor, set()))
    for sitting in others:
        sitting.marks.sort(key=list(MARKS).index)
    return found


def _known(of_each: dict[int, list[Sitting]]) -> tuple[dict[int, set[str]], dict[int, set[int]]]:
    """By actor: the addresses and the patients of their events before the sittings."""
    oldest = {actor: min(one.earliest.id for one in mine) for actor, mine in of_each.items()}
    addresses: dict[int, set[str]] = {}
    patients: dict[int, set[int]] = {}
    recent = [_recent(actor, before) for actor, before in oldest.items()]
    for actor, address, patient in recent[0].union(*recent[1:]):
        addresses.setdefault(actor, set()).add(address)
        patients.setdefault(actor, set()).add(patient)
    shown = {event.patient_id for mine in of_each.values() for one in mine for event in one.events}
    # Further back than what was read.
    looks = Event.objects.filter(patient_id__in=shown - {None}, actor_id__in=oldest)
    pairs = looks.order_by().values_list("actor_id", "patient_id").annotate(first=Min("id"))
    for actor, patient, first in pairs:
        if first < oldest[actor]:
            patients.setdefault(actor, set()).add(patient)
    return addresses, patients


def _recent(actor: int, before: int) -> Any:
    """Rows of one person's latest events, each by the index of actors. Within an IN, for SQLite has
    no LIMIT in the parts of a UNION."""
    keys = Event.objects.filter(actor_id=actor, id__lt=before).order_by("-id").values("pk")
    rows = Event.objects.filter(pk__in=keys[:RECENT]).order_by()
    return rows.values_list("actor_id", "address", "patient_id")


def _mark_new(mine: list[Sitting], addresses: set[str], patients: set[int]) -> None:
    """Of one person; the two sets grow."""
    addresses -= {""}
    for sitting in reversed(mine):
        looks = (event for event in sitting.events if event.action in LOOKS)
        seen = {event.patient_id for event in looks if event.patient_id is not None}
        if seen - patients and sitting.latest.actor_role != "patient":
            sitting.marks.append("first_look")
        if addresses and sitting.latest.address and sitting.latest.address not in addresses:
            sitting.marks.append("new_address")
        patients |= seen
        addresses |= {sitting.latest.address} - {""}
