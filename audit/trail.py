"""What is worth remembering is told here, by services and views, in one line.

    record(Action.VIEWED, image)

An event is written in the transaction of what it tells of, if there is one: rolled back, there is
none; committed, there is always one. It enters the chain right after the commit. Without such a
transaction it enters at once.
"""

import logging

from django.db import connection, transaction

from core import context

from . import chain
from .models import Action, PendingEvent

__all__ = ["Action", "record", "record_all"]

logger = logging.getLogger(__name__)

ASKING = object()  # whoever is signed in to the request that is being answered
NOBODY = None


def record(action, subject=None, *, actor=ASKING, **detail):
    """One event. `subject` is a model with `audited` (see `_about`), or nothing. `detail` is small
    and says nothing of a person: numbers, words of ours, names of fields."""
    record_all(action, [subject], actor=actor, **detail)


def record_all(action, subjects, *, actor=ASKING, **detail):
    """The same of several, each its own event."""
    common = _where() | _who(actor) | {"action": action, "detail": detail}
    told = [PendingEvent(**common, **_about(subject)) for subject in subjects]
    if not told:
        return
    if connection.in_atomic_block:
        PendingEvent.objects.bulk_create(told, batch_size=chain.BATCH)
        transaction.on_commit(chain.flush_pending, robust=True)
        return
    with transaction.atomic():  # a look: one commit is half the price of two
        if _appended(told):
            return
        PendingEvent.objects.bulk_create(told, batch_size=chain.BATCH)
        try:
            with transaction.atomic():
                chain.flush_pending(known=True)
        except Exception:
            logger.exception("events wait to enter the audit log's chain")


def _appended(told):
    """Are they in the chain, without having waited? Whatever is the matter, they can still wait."""
    try:
        with transaction.atomic():
            return len(told) <= chain.BATCH and chain.append(told)
    except Exception:
        logger.exception("events could not enter the audit log's chain at once")
        return False


def _about(subject):
    """A model's `audited`: `kind`, and as they apply `key`, `patient_id`, `doctor_id`, `owner_id`.
    Others have their name and key."""
    if subject is None:
        return {}
    told = getattr(subject, "audited", None) or {"kind": subject._meta.model_name}
    return {"key": str(subject.pk)} | told


def _where():
    request = context.current()
    if request is None:
        return {"request_id": context.request_id()}
    return {"address": context.address_of(request), "request_id": request.request_id}


def _who(actor):
    if actor is ASKING:
        request = context.current()
        if request is None:
            return {"actor_role": "system"}
        actor = getattr(request, "user", NOBODY)
    if actor is NOBODY or not actor.is_authenticated:
        return {}
    return {"actor_id": actor.pk, "actor_role": actor.role}
