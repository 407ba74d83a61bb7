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


def record_erasure(sender: type[Model], instance: Model, **kwargs: Any) -> None:
    """For `post_delete` of what is first moved to a bin: covers pages, the API, the admin's bulk
    actions and cascades."""
    record(Action.ERASED, instance)
