"""What is worth remembering is told here, by services and views, in one line.

    record(Action.VIEWED, image)

An event is written in the transaction of what it tells of, if there is one: rolled back, there is
none; committed, there is always one. It enters the chain right after the commit.
"""

import logging

from django.db import connection, transaction

from core import context

from . import chain
from .models import Action, PendingEvent

__all__ = ["Action", "record", "record_all"]

logger = logging.getLogger(__name__)

CURRENT_USER = object()  # whoever is signed in to the request that is being answered
ANONYMOUS = None


def record(action, subject=None, *, actor=CURRENT_USER, **detail):
    """Record one event. `subject` is a model instance, usually with `audited` (see
    `_subject_facts`), or None. `detail` is small JSON that identifies nobody: numbers, fixed words,
    field names."""
    record_all(action, [subject], actor=actor, **detail)


def record_all(action, subjects, *, actor=CURRENT_USER, **detail):
    """The same of several, each its own event."""
    common = _request_facts() | _actor_facts(actor) | {"action": action, "detail": detail}
    told = [PendingEvent(**common, **_subject_facts(subject)) for subject in subjects]
    if not told:
        return
    if connection.in_atomic_block:
        PendingEvent.objects.bulk_create(told, batch_size=chain.BATCH)
        transaction.on_commit(chain.flush_pending, robust=True)
        return
    with transaction.atomic():  # a look: one commit is half the price of two
        PendingEvent.objects.bulk_create(told, batch_size=chain.BATCH)
        try:
            with transaction.atomic():
                chain.flush_pending(known=True)
        except Exception:
            logger.exception("events wait to enter the audit log's chain")


def _subject_facts(subject):
    """A model's `audited`: `kind`, and as they apply `key`, `patient_id`, `doctor_id`, `owner_id`.
    Others have their name and key."""
    if subject is None:
        return {}
    told = getattr(subject, "audited", None) or {"kind": subject._meta.model_name}
    return {"key": str(subject.pk)} | told


def _request_facts():
    request = context.current_request()
    if request is None:
        return {"request_id": context.request_id()}
    return {"address": context.client_address(request), "request_id": request.request_id}


def _actor_facts(actor):
    if actor is CURRENT_USER:
        request = context.current_request()
        if request is None:
            return {"actor_role": "system"}
        actor = getattr(request, "user", ANONYMOUS)
    if actor is ANONYMOUS or not actor.is_authenticated:
        return {}
    return {"actor_id": actor.pk, "actor_role": actor.role}
