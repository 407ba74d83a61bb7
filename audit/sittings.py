"""Events as people read them: who, on which day, how many images how often; what is unusual."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import Action, Event

GAP = timedelta(minutes=30)  # after which the same person has sat down anew
NIGHT = (22, 6)  # hours of the practice's clock
ADDRESSES = 500  # how many earlier events of a person are read for their addresses
LOOKS = frozenset({Action.LISTED, Action.VIEWED, Action.DOWNLOADED, Action.ZIPPED, Action.OPENED})
MARKS: dict[str, str | Promise] = {
    "first_look": _("First view of this patient"),
    "night": _("At night"),
    "new_address": _("New IP address"),
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
    def mark_labels(self) -> list[str | Promise]:
        return [MARKS[mark] for mark in self.marks]

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
    """Set the `marks` of the sittings of anybody but the reader. Returns the same list. A few
    queries for each person, not for each sitting."""
    others = [one for one in found if one.latest.actor_id not in (None, reader.pk)]
    for sitting in others:
        hours = {timezone.localtime(event.moment).hour for event in sitting.events}
        if any(hour >= NIGHT[0] or hour < NIGHT[1] for hour in hours):
            sitting.marks.append("night")
    for actor in {one.latest.actor_id for one in others} - {None}:
        _mark_new([one for one in others if one.latest.actor_id == actor], actor)
    for sitting in others:
        sitting.marks.sort(key=list(MARKS).index)
    return found


def _mark_new(mine: list[Sitting], actor: int | None) -> None:
    oldest = min(one.earliest.id for one in mine)
    before = Event.objects.filter(actor_id=actor, id__lt=oldest).order_by("-id")
    known = set(before.values_list("address", "patient_id")[:ADDRESSES])
    addresses = {address for address, _patient in known} - {""}
    patients = {patient for _address, patient in known}
    wanted = {event.patient_id for one in mine for event in one.events} - patients - {None}
    if wanted:  # further back than what was read
        earlier = Event.objects.filter(patient_id__in=wanted, actor_id=actor, id__lt=oldest)
        patients |= set(earlier.values_list("patient_id", flat=True).distinct())
    for sitting in reversed(mine):
        seen = {event.patient_id for event in sitting.events if event.action in LOOKS} - {None}
        if seen - patients and sitting.latest.actor_role != "patient":
            sitting.marks.append("first_look")
        if addresses and sitting.latest.address and sitting.latest.address not in addresses:
            sitting.marks.append("new_address")
        patients |= seen
        addresses |= {sitting.latest.address} - {""}
