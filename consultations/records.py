"""Changing patients and consultations: the row, what it said before, and the audit log together."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from accounts.models import User
from audit.trail import Action, record

from .revisions import Author, Revision

_Record = TypeVar("_Record", bound=Any)  # a patient, a consultation or an image
DUPLICATE_WINDOW = timedelta(minutes=1)  # a button pressed twice, a form sent again by Back


@transaction.atomic
def create_record(
    row: _Record, author: User, fields: Iterable[str], except_keys: Iterable[int] = ()
) -> _Record:
    """Save a new patient or consultation, once: returns the one that `author` has made a moment ago
    with the same `said` (names of fields), if there is one, for two presses of one button are
    one. `others` are keys of those that it is not. The lock puts them in turn."""
    get_user_model().objects.select_for_update(no_key=True).get(pk=author.pk)
    values = {name: getattr(row, name) for name in fields}
    recent = type(row).objects.filter(created_at__gt=timezone.now() - DUPLICATE_WINDOW, **values)
    duplicate = recent.exclude(pk__in=except_keys).first()
    if duplicate:
        return duplicate
    row.save()
    record(Action.CREATED, row)
    return row


@transaction.atomic
def save_changes(form: Any, user: User) -> Any:
    """Save what a valid, versioned form of an existing record changes. Returns the record. A form
    in which nothing was changed writes nothing and tells nothing."""
    changes, former = form.changes, form.previous_values
    if changes:
        form.save()
        keep(form.instance, former, user, changes)
    return form.instance


@transaction.atomic
def change_record(instance: _Record, user: Author, changes: Mapping[str, Any]) -> _Record:
    """The same with {field: value}, of a row that is locked and as it stands in the database."""
    former = {name: getattr(instance, name) for name in changes}
    changes = {name: value for name, value in changes.items() if value != former[name]}
    if changes:
        for name, value in changes.items():
            setattr(instance, name, value)
        instance.save(update_fields=[*changes, "updated_at"])
        keep(instance, {name: former[name] for name in changes}, user, changes)
    return instance


def keep(
    instance: Model,
    former: Mapping[str, Any],
    user: Author,
    changes: Iterable[str],
) -> None:
    """What the record said before, for whoever may change it; that it changed, for the log."""
    Revision.objects.keep(instance, former, user)
    record(Action.CHANGED, instance, fields=sorted(changes))
