"""The chain: each event's hash covers the one before it, so that none is altered, taken out or put
in between unnoticed; the sealed head says how many there must be.

The hashes are keyed (AUDIT_KEY, else SECRET_KEY): who can write to the database but does not know
the key cannot make them. Each event names its key, so that the key can be exchanged. What the chain
cannot notice by itself is a whole database that is put back to what it was: note the end that
`verify_audit` prints, and give it back later (`--since`).

Appending is a transaction of its own, after the commit of what it tells of, or of what tells of
nothing but a look: the head's lock is held for a few rows and never while anything else is waited
for.
"""

import hashlib
import hmac
import json
import logging
from datetime import UTC

from django.db import models, transaction

from core.keys import key_id, ring

from .models import ChainHead, Event, PendingEvent

logger = logging.getLogger(__name__)

BATCH = 500
START = "0" * 64


def _hashed(told, secret=None):
    secret = secret or ring("AUDIT_KEY")[0]
    key = hashlib.sha256(b"audit.chain" + secret.encode()).digest()
    return hmac.digest(key, told.encode(), "sha256").hex()


def pseudonym(text):
    """The same for the same text, which it does not tell: what somebody tried to log in as."""
    return _hashed(f"pseudonym\n{text}")[:16]


def digest(event, secret=None):
    """The hash that this event must have: with the key in use, or with a former one."""
    facts = event.facts()
    facts["moment"] = event.moment.astimezone(UTC).isoformat(timespec="microseconds")
    told = [event.id, event.previous, *(facts[name] for name in Event.FACTS)]
    return _hashed(json.dumps(told, sort_keys=True, separators=(",", ":")), secret)


def is_sound(event, keys):
    """Is its hash the right one? `keys` is {key id: secret}. Events of before they had a key id may
    have been made with any."""
    known = keys.values() if event.key_id is None else filter(None, [keys.get(event.key_id)])
    return any(hmac.compare_digest(digest(event, secret), event.hash) for secret in known)


def _keys():
    return {key_id(secret): secret for secret in ring("AUDIT_KEY")}


def seal(head, secret=None):
    told = f"head\n{head.last}\n{head.hash}\n{head.pruned_through}\n{head.pruned_hash}"
    return _hashed(told, secret)


def is_sealed(head):
    return any(hmac.compare_digest(head.seal, seal(head, key)) for key in ring("AUDIT_KEY"))


def _events():
    """Past the queryset that refuses to write."""
    return models.QuerySet(Event)


def begin():
    """The head of an empty log. Where there are events and no head, somebody took it away."""
    if not (ChainHead.objects.exists() or Event.objects.exists()):
        head = ChainHead()
        head.seal = seal(head)
        head.save(force_insert=True)


def append(told):
    """Put events that need not wait (`PendingEvent`s that are not saved) at the end. Within a
    transaction that does nothing else. False, and nothing is written, where that is not for them:
    others wait and go first, or the head is lost."""
    head = ChainHead.objects.select_for_update().filter(pk=1).first()
    if head is None or PendingEvent.objects.exists():
        return False
    for event in told:
        event.settle()
    _append(head, told)
    return True


def flush_pending(*, known=False):
    """Move pending events into the chain. Whoever comes first does it for all; again is fine. What
    comes in meanwhile is moved by whoever brought it. `known`: there are some, it need not be
    asked."""
    full = known or PendingEvent.objects.exists()
    while full:
        with transaction.atomic():
            head = ChainHead.objects.select_for_update().filter(pk=1).first()
            if head is None:
                logger.critical("the audit log has lost its head: events wait (verify_audit)")
                return
            waiting = list(PendingEvent.objects.order_by("pk")[:BATCH])
            _append(head, waiting)
            chained = PendingEvent.objects.filter(pk__in=[told.pk for told in waiting])
            chained._raw_delete(chained.db)  # nothing hangs on them
            full = len(waiting) == BATCH


def _append(head, events):
    # One that was tampered with is not sealed anew: verify_audit shall go on finding it.
    sound, made_with = is_sealed(head), key_id(ring("AUDIT_KEY")[0])
    links = []
    for told in events:
        event = Event(id=head.last + 1, previous=head.hash, key_id=made_with, **told.facts())
        event.hash = digest(event)
        head.last, head.hash = event.id, event.hash
        links.append(event)
    _events().bulk_create(links)
    if sound:
        head.seal = seal(head)
    head.save(update_fields=["last", "hash", "seal"])


def verify(since=None):
    """Walk the chain. Returns (head, the first thing that is wrong, or None).

    `since` is (number, hash) of an event that is known to have been there. Memory is constant,
    whatever the number of events; those that are added meanwhile are left for the next time, and
    where `prune` has been at work meanwhile, it walks again.
    """
    while True:
        head, fault = _verify(since)
        if fault is None or head is None:
            return head, fault
        now = ChainHead.objects.filter(pk=1).first()
        if now is None or now.pruned_through == head.pruned_through:
            return head, fault


def _verify(since):
    head = ChainHead.objects.filter(pk=1).first()
    if head is None:
        gone = Event.objects.exists() or PendingEvent.objects.exists()
        return None, "the head is missing" if gone else None
    if stray := Event.objects.filter(id__lte=head.pruned_through).order_by("id").first():
        return head, f"event {stray.id} was inserted: the chain begins behind {head.pruned_through}"
    fault = _walk(head.pruned_through, head.pruned_hash, head.last, head.hash, since)
    if fault is None and not is_sealed(head):
        fault = "the head was altered"
    if fault is None:
        # It may have grown. The head is read after the events: what came in between, it knows.
        top = Event.objects.order_by("-id").first()
        now = ChainHead.objects.get(pk=1)
        if top and top.id > now.last:
            extra = Event.objects.filter(id__gt=now.last).order_by("id").first()
            fault = f"event {extra.id} was inserted: the chain ends with {now.last}"
    return head, fault


def _walk(after, previous, last, end, since=None):
    """What is wrong first in (after, last], or None."""
    number, keys = after, _keys()
    while number < last:
        rows = list(Event.objects.filter(id__gt=number, id__lte=last).order_by("id")[:BATCH])
        for event in rows:
            number += 1
            if event.id != number:
                return f"event {number} is missing"
            if event.key_id is not None and event.key_id not in keys:
                return f"event {number} was made with a key that is not known: {event.key_id}"
            if not is_sound(event, keys):
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


class Unsound(Exception):
    """Nothing is pruned from a chain that is not whole: it would hide what is wrong."""


def prune(before):
    """Delete the events up to the first one that is not older. The sealed head keeps the hash of
    the last deleted one, so that what stays can be verified. Returns how many."""
    first = Event.objects.filter(moment__gte=before).order_by("id").first()
    with transaction.atomic():
        head = ChainHead.objects.select_for_update().get(pk=1)
        through = first.id - 1 if first else head.last
        if through <= head.pruned_through:
            return 0
        last = Event.objects.get(id=through)
        fault = _walk(head.pruned_through, head.pruned_hash, through, last.hash)
        if fault or not is_sealed(head):
            raise Unsound(fault or "the head was altered")
        gone = through - head.pruned_through
        head.pruned_through, head.pruned_hash = through, last.hash
        head.seal = seal(head)
        head.save(update_fields=["pruned_through", "pruned_hash", "seal"])
        old = _events().filter(id__lte=through)
        old._raw_delete(old.db)  # the triggers let pass what the head says was pruned
    return gone
