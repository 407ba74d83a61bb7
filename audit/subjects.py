"""How a model says what it is in the audit log, and to whom it belongs."""

from operator import attrgetter

from .trail import Action, record


def audited(kind, **columns):
    """A property for a model: `audited = audited(Kind.X, patient_id="patient_id", ...)`, the names
    being attributes of its own, dots allowed."""
    found = {column: attrgetter(path) for column, path in columns.items()}
    return property(
        lambda self: {"kind": str(kind)} | {column: of(self) for column, of in found.items()}
    )


def record_deletion(sender, instance, **kwargs):
    """For `post_delete`: however a row goes (page, API, admin's bulk action, cascade)."""
    record(Action.DELETED, instance)


def record_erasure(sender, instance, **kwargs):
    """The same where deleting was putting away, and this is the end."""
    record(Action.ERASED, instance)
