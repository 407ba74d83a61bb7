"""The chain: each event's hash covers the previous one, so that no event can be altered, removed or
inserted unnoticed; the sealed head says where the chain ends.

The hashes are keyed (AUDIT_KEY, else SECRET_KEY): write access to the database without the key is
not enough to forge them. Each event names its key, so that keys can be rotated. What the chain
cannot detect is a database that is restored to an earlier state as a whole: note the end that
`verify_audit` prints, and pass it later (`--since`).

Appending is a transaction of its own, after the commit of the recorded action (a page view has
nothing to commit): the head's lock is held for a few rows, and never while waiting for anything
else.
"""

import hashlib
import hmac
import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime

from django.db import models, transaction

from core.keys import key_id, keyring

from .models import ChainHead, Event, PendingEvent

logger = logging.getLogger(__name__)

BATCH = 500
START = "0" * 64

NotedEnd = tuple[int, str]  # number and hash of an event, as `verify_audit` printed them


def _keyed_hash(text: str, secret: str | None = None) -> str:
    secret = secret or keyring("AUDIT_KEY")[0]
    key = hashlib.sha256(b"audit.chain" + secret.encode()).digest()
    return hmac.digest(key, text.encode(), "sha256").hex()


def pseudonym(text: str) -> str:
    """16 hexadecimal digits: equal for equal texts, without revealing the text (a login name)."""
    return _keyed_hash(f"pseudonym\n{text}")[:16]


def digest(event: Event, secret: str | None = None) -> str:
    """The hash that this event must have, with the current secret or a given one."""
    facts = event.facts()
    facts["moment"] = event.moment.astimezone(UTC).isoformat(timespec="microseconds")
    content = [event.id, event.previous, *(facts[name] for name in Event.FACTS)]
    return _keyed_hash(json.dumps(content, sort_keys=True, separators=(",", ":")), secret)


def has_valid_hash(event: Event, keys: Mapping[str, str]) -> bool:
    """Whether the event's hash is right. `keys` is {key id: secret}. Old events without a key id
    may have been made with any of them."""
    candidates = keys.values() if event.key_id is None else filter(None, [keys.get(event.key_id)])
    return any(hmac.compare_digest(digest(event, secret), event.hash) for secret in candidates)


def _keys_by_id() -> dict[str, str]:
    return {key_id(secret): secret for secret in keyring("AUDIT_KEY")}


def seal(head: ChainHead, secret: str | None = None) -> str:
    """The keyed hash that a head must carry."""
    text = f"head\n{head.last}\n{head.hash}\n{head.pruned_through}\n{head.pruned_hash}"
    return _keyed_hash(text, secret)


def is_sealed(head: ChainHead) -> bool:
    """Whether the head's seal is right, with any key of the keyring."""
    return any(hmac.compare_digest(head.seal, seal(head, key)) for key in keyring("AUDIT_KEY"))


def _writable_events() -> models.QuerySet[Event]:
    """A queryset that can write, unlike EventQuerySet."""
    return models.QuerySet(Event)


def create_head() -> None:
    """Create the head of an empty log. If there are events but no head, somebody removed it."""
    if not (ChainHead.objects.exists() or Event.objects.exists()):
        head = ChainHead()
        head.seal = seal(head)
        head.save(force_insert=True)


def append(events: list[PendingEvent]) -> bool:
    """Add unsaved events directly to the end of the chain, within a transaction that does nothing
    else. False, with nothing written, if that is not possible: other events are pending and go
    first, or the head is lost."""
    head = ChainHead.objects.select_for_update().filter(pk=1).first()
    if head is None or PendingEvent.objects.exists():
        return False
    for event in events:
        event.normalize()
    _append(head, events)
    return True


def flush_pending(*, known: bool = False) -> None:
    """Move all pending events into the chain, whichever process wrote them; idempotent. Events that
    arrive meanwhile are moved by their own process. `known`: there are some, skip the check."""
    full = known or PendingEvent.objects.exists()
    while full:
        with transaction.atomic():
            head = ChainHead.objects.select_for_update().filter(pk=1).first()
            if head is None:
                logger.critical("the audit log has lost its head: events wait (verify_audit)")
                return
            pending = list(PendingEvent.objects.order_by("pk")[:BATCH])
            _append(head, pending)
            chained = PendingEvent.objects.filter(pk__in=[entry.pk for entry in pending])
            chained._raw_delete(chained.db)  # nothing refers to them
            full = len(pending) == BATCH


def _append(head: ChainHead, events: list[PendingEvent]) -> None:
    # A head that was tampered with is not sealed again: verify_audit must keep reporting it.
    intact, own_key_id = is_sealed(head), key_id(keyring("AUDIT_KEY")[0])
    links = []
    for entry in events:
        event = Event(id=head.last + 1, previous=head.hash, key_id=own_key_id, **entry.facts())
        event.hash = digest(event)
        head.last, head.hash = event.id, event.hash
        links.append(event)
    _writable_events().bulk_create(links)
    if intact:
        head.seal = seal(head)
    head.save(update_fields=["last", "hash", "seal"])


def verify(since: NotedEnd | None = None) -> tuple[ChainHead | None, str | None]:
    """Walk the chain. Returns (head, the first fault or None); the head is None if it does not
    exist.

    `since`: number and hash of an event that must be in the chain. Memory use is constant, whatever
    the number of events. Events that are added meanwhile are not checked; if `prune` runs
    meanwhile, the walk starts again.
    """
    while True:
        head, fault = _verify_once(since)
        if fault is None or head is None:
            return head, fault
        now = ChainHead.objects.filter(pk=1).first()
        if now is None or now.pruned_through == head.pruned_through:
            return head, fault


def _verify_once(since: NotedEnd | None) -> tuple[ChainHead | None, str | None]:
    head = ChainHead.objects.filter(pk=1).first()
    if head is None:
        missing = Event.objects.exists() or PendingEvent.objects.exists()
        return None, "the head is missing" if missing else None
    if stray := Event.objects.filter(id__lte=head.pruned_through).order_by("id").first():
        return head, f"event {stray.id} was inserted: the chain begins behind {head.pruned_through}"
    fault = _check_links(head.pruned_through, head.pruned_hash, head.last, head.hash, since)
    if fault is None and not is_sealed(head):
        fault = "the head was altered"
    if fault is None:
        # The chain may have grown. The head is read after the events, so it covers new ones.
        top = Event.objects.order_by("-id").first()
        now = ChainHead.objects.get(pk=1)
        if top and top.id > now.last:
            extra = Event.objects.filter(id__gt=now.last).order_by("id").first() or top
            fault = f"event {extra.id} was inserted: the chain ends with {now.last}"
    return head, fault


def _check_links(
    after: int, previous: str, last: int, end: str, since: NotedEnd | None = None
) -> str | None:
    """The first fault in the events (after, last], or None. `previous` and `end`: the hashes that
    the first event must follow and the last must have."""
    number, keys = after, _keys_by_id()
    while number < last:
        rows = list(Event.objects.filter(id__gt=number, id__lte=last).order_by("id")[:BATCH])
        for event in rows:
            number += 1
            if event.id != number:
                return f"event {number} is missing"
            if event.key_id is not None and event.key_id not in keys:
                return f"event {number} was made with a key that is not known: {event.key_id}"
            if not has_valid_hash(event, keys):
                return f"event {number} was altered"
            if event.previous != previous:
                return f"event {number} is not the one that followed {number - 1}"
            previous = event.hash
            if since and since[0] == number and since[1] != previous:
                return f"event {number} is not the one that was noted"
        if not rows:
            return f"event {number + 1} is missing"
    if previous != end:
        return f"event {last} is not the one that the head knows"
    if since and since[0] > last:
        return f"events after {last} are missing: {since[0]} was noted"
    return None


class BrokenChainError(Exception):
    """A broken chain is not pruned: that would hide the fault."""


def prune(before: datetime) -> int:
    """Delete the events before the first one that is not older, and return how many. The sealed
    head keeps the hash of the last one deleted, so that the rest can still be verified. Raises
    BrokenChainError."""
    first = Event.objects.filter(moment__gte=before).order_by("id").first()
    with transaction.atomic():
        head = ChainHead.objects.select_for_update().get(pk=1)
        through = first.id - 1 if first else head.last
        if through <= head.pruned_through:
            return 0
        last = Event.objects.get(id=through)
        fault = _check_links(head.pruned_through, head.pruned_hash, through, last.hash)
        if fault or not is_sealed(head):
            raise BrokenChainError(fault or "the head was altered")
        count = through - head.pruned_through
        head.pruned_through, head.pruned_hash = through, last.hash
        head.seal = seal(head)
        head.save(update_fields=["pruned_through", "pruned_hash", "seal"])
        old = _writable_events().filter(id__lte=through)
        old._raw_delete(old.db)  # the triggers allow it up to the head's floor
    return count
