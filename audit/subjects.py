"""How a model declares what it is in the audit log, and to whom it belongs."""

from operator import attrgetter
from typing import Any

from django.db.models import Model

from .models import Kind
from .trail import Action, record


def audited(kind: Kind, **columns: str) -> property:
    """A property for a model: `audited = audited(Kind.X, patient_id="patient_id", ...)`. The values
    are paths of the model's own attributes, dots allowed."""
    getters = {column: attrgetter(path) for column, path in columns.items()}
    return property(
        lambda self: {"kind": str(kind)} | {column: get(self) for column, get in getters.items()}
    )


def record_deletion(sender: type[Model], instance: Model, **kwargs: Any) -> None:
    """For `post_delete`: covers pages, the API, the admin's bulk actions and cascades."""
    record(Action.DELETED, instance)


def record_erasure(sender: type[Model], instance: Model, **kwargs: Any) -> None:
    """The same where deletion only moved the row to the bin, and this removes it for good."""
    record(Action.ERASED, instance)
