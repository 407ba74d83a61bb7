"""Pages of events for people, newest first, each found in an index whatever the log's length."""

from django.contrib.auth import get_user_model

from .models import Action, Event

SIZE = 50
# Of a consultation or a patient: what showed or handed out many images at once.
BULK_ACTIONS = (Action.LISTED, Action.ZIPPED)


def image_events(kind, key, since, *, within=()):
    """Querysets of the events of one image. `within` is [(kind, key)] of what holds it: its lists
    and ZIPs since the image is there count too."""
    yield Event.objects.filter(kind=kind, key=str(key))
    for around, number in within:
        yield bulk_events(around, number, since)


def bulk_events(kind, key, since):
    """The queryset of a consultation's or a patient's lists and ZIPs since then."""
    return Event.objects.filter(kind=kind, key=str(key), action__in=BULK_ACTIONS, moment__gte=since)


def account_events(user, patient_id=None):
    """Querysets of the events of somebody's images: about them, taken by them, owned by them."""
    yield Event.objects.filter(owner_id=user.pk)
    if patient_id is not None:
        yield Event.objects.filter(patient_id=patient_id)
    if user.is_doctor:
        yield Event.objects.filter(doctor_id=user.pk)


def last_change(kind, key, field):
    """Who changed a field of one row last: an event with `who`, or None where none tells."""
    changes = Event.objects.filter(kind=kind, key=str(key), action=Action.CHANGED)
    latest = changes.order_by("-id")[:SIZE]
    found = next((event for event in latest if field in event.detail.get("fields", ())), None)
    return with_actors([found])[0] if found else None


def page(found, before="", size=SIZE):
    """(events, cursor of the next page or None). Each queryset is asked for one page at most."""
    events = {}
    for rows in found:
        if before.isascii() and before.isdigit():
            rows = rows.filter(id__lt=int(before[:18]))
        events |= {event.id: event for event in rows.order_by("-id")[: size + 1]}
    newest = sorted(events.values(), key=lambda event: -event.id)
    shown = newest[:size]
    return shown, shown[-1].id if len(newest) > size else None


def with_actors(events):
    """The same events, each with `who`: a user, or None where there is none (any more)."""
    keys = {event.actor_id for event in events if event.actor_id is not None}
    users = get_user_model().objects.in_bulk(keys)
    for event in events:
        event.who = users.get(event.actor_id)
    return events
