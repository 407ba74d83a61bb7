"""Services and views record events here, in one line.

    record(Action.VIEWED, image)

An event is written in the transaction of the action, if there is one: both are committed, or
neither is. It enters the chain right after the commit; without such a transaction, at once.
"""

import logging
from collections.abc import Iterable
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Model

from core import context

from . import chain
from .models import Action, PendingEvent

__all__ = ["Action", "record", "record_all"]

logger = logging.getLogger(__name__)

CURRENT_USER: Final = object()  # the user who is signed in to the current request
ANONYMOUS: Final = None


def record(
    action: Action, subject: Model | None = None, *, actor: object = CURRENT_USER, **detail: Any
) -> None:
    """Record one event. `subject` is a model instance, usually with `audited` (see
    `_subject_facts`), or None. `detail` is small JSON that identifies nobody: numbers, fixed words,
    field names."""
    record_all(action, [subject], actor=actor, **detail)


def record_all(
    action: Action, subjects: Iterable[Model | None], *, actor: object = CURRENT_USER, **detail: Any
) -> None:
    """The same for several subjects, one event each."""
    common = _request_facts() | _actor_facts(actor) | {"action": action, "detail": detail}
    events = [PendingEvent(**common, **_subject_facts(subject)) for subject in subjects]
    if not events:
        return
    if connection.in_atomic_block:
        PendingEvent.objects.bulk_create(events, batch_size=chain.BATCH)
        transaction.on_commit(chain.flush_pending, robust=True)
        return
    with transaction.atomic():  # a read: one commit costs half of two
        if _append_now(events):
            return
        PendingEvent.objects.bulk_create(events, batch_size=chain.BATCH)
        try:
            with transaction.atomic():
                chain.flush_pending(known=True)
        except Exception:
            logger.exception("events wait to enter the audit log's chain")


def _append_now(events: list[PendingEvent]) -> bool:
    """Are the events in the chain, without having been pending? If anything fails, they can still
    be saved as pending."""
    try:
        with transaction.atomic():
            return len(events) <= chain.BATCH and chain.append(events)
    except Exception:
        logger.exception("events could not enter the audit log's chain at once")
        return False


def _subject_facts(subject: Model | None) -> dict[str, Any]:
    """What a model's `audited` says: `kind` and, where they apply, `key`, `patient_id`, `doctor_id`
    and `owner_id`. A model without it is recorded by its name and key."""
    if subject is None:
        return {}
    facts = getattr(subject, "audited", None) or {"kind": subject._meta.model_name}
    return {"key": str(subject.pk)} | facts


def _request_facts() -> dict[str, Any]:
    request = context.current_request()
    if request is None:
        return {"request_id": context.request_id()}
    return {"address": context.client_address(request), "request_id": context.request_id()}


def _actor_facts(actor: Any) -> dict[str, Any]:
    if actor is CURRENT_USER:
        request = context.current_request()
        if request is None:
            return {"actor_role": "system"}
        actor = getattr(request, "user", ANONYMOUS)
    if actor is ANONYMOUS or not actor.is_authenticated:
        return {}
    return {"actor_id": actor.pk, "actor_role": actor.role}
