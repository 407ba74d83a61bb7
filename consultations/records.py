"""Changes to patients and consultations: the row, its former values and the audit log together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from accounts.models import User
from audit.trail import Action, record, record_all
from core.batches import BATCH

from .forms import RecordForm
from .revisions import Author, Revision

_Record = TypeVar("_Record", bound=Any)  # a patient, a consultation or an image
# For a button that is pressed twice, or a form that is sent again after Back.
DUPLICATE_WINDOW = timedelta(minutes=1)


@transaction.atomic
def create_record(
    row: _Record, author: User, fields: Iterable[str], except_keys: Iterable[int] = ()
) -> _Record:
    """Save a new patient or consultation, but only once if a button is pressed twice.

    Returns the saved row, or one with the same `fields` (names) that was created less than
    DUPLICATE_WINDOW ago and is not among `except_keys`. The author's row is locked, so that two
    requests run one after the other."""
    get_user_model().objects.select_for_update(no_key=True).get(pk=author.pk)
    recent = type(row).objects.filter(**just_created(row, fields))
    duplicate = recent.exclude(pk__in=except_keys).first()
    if duplicate:
        return duplicate
    row.save()
    record(Action.CREATED, row)
    return row


def just_created(row: Model, fields: Iterable[str]) -> dict[str, Any]:
    """A filter for what the first press of the button made of the same values."""
    values = {name: getattr(row, name) for name in fields}
    return {"created_at__gt": timezone.now() - DUPLICATE_WINDOW, **values}


@transaction.atomic
def save_changes(form: RecordForm, user: User) -> Model:
    """Save what a valid, versioned form changes in an existing record. Returns the record. A form
    without changes writes nothing and leaves no audit event."""
    changes, former = form.changes, form.previous_values
    if changes:
        form.save()
        _keep_former(form.instance, former, user, changes)
    return form.instance


@transaction.atomic
def change_record(instance: _Record, user: Author, changes: Mapping[str, Any]) -> _Record:
    """Write {field: value} to a row that is locked and was read under that lock. Returns it."""
    former = {name: getattr(instance, name) for name in changes}
    changes = {name: value for name, value in changes.items() if value != former[name]}
    if changes:
        for name, value in changes.items():
            setattr(instance, name, value)
        instance.save(update_fields=[*changes, "updated_at"])
        _keep_former(instance, {name: former[name] for name in changes}, user, changes)
    return instance


@transaction.atomic
def change_records(changed: Sequence[tuple[_Record, Mapping[str, Any]]], user: Author) -> None:
    """The same for several locked rows of one model, (row, {field: new value}), in few statements
    for all of them. Their save() is not called: not for fields from which it derives others."""
    former, alike = [], defaultdict(list)
    for row, changes in changed:
        former.append((row, {name: getattr(row, name) for name in changes}))
        for name, value in {**changes, "updated_at": timezone.now()}.items():
            setattr(row, name, value)
        alike[tuple(sorted(changes))].append(row)
    for names, rows in alike.items():
        type(rows[0])._base_manager.bulk_update(rows, [*names, "updated_at"], batch_size=BATCH // 5)
        record_all(Action.CHANGED, rows, fields=list(names))
    Revision.objects.keep_all(former, user)


def _keep_former(
    instance: Model,
    former: Mapping[str, Any],
    user: Author,
    changes: Iterable[str],
) -> None:
    """Keep the former values, for those who may edit the record, and audit the change."""
    Revision.objects.keep(instance, former, user)
    record(Action.CHANGED, instance, fields=sorted(changes))
