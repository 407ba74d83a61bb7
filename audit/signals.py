"""Records logins, and changes made in the admin."""

import json
from typing import Any

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser

from . import chain
from .trail import ANONYMOUS, Action, record

FLAGS = {ADDITION: Action.CREATED, CHANGE: Action.CHANGED, DELETION: Action.DELETED}


def record_login(sender: Any, user: AbstractBaseUser, **kwargs: Any) -> None:
    record(Action.LOGIN, user, actor=user)


def record_logout(sender: Any, user: AbstractBaseUser | None, **kwargs: Any) -> None:
    if user is not None:
        record(Action.LOGOUT, user, actor=user)


def record_failed_login(sender: Any, credentials: dict[str, Any], **kwargs: Any) -> None:
    """The event names the account if there is one; what was typed is kept as a pseudonym only."""
    users = get_user_model()
    typed = credentials.get("username") or credentials.get(users.USERNAME_FIELD) or ""
    typed = typed.lower() if isinstance(typed, str) else ""
    account = users.objects.filter(**{users.USERNAME_FIELD: typed}).first() if typed else None
    record(Action.LOGIN_FAILED, account, actor=ANONYMOUS, account=chain.pseudonym(typed))


def record_admin_change(
    sender: type[LogEntry], instance: LogEntry, created: bool, **kwargs: Any
) -> None:
    """From an entry of the admin's own log. That names people; the event only names fields."""
    if not created or instance.action_flag not in FLAGS or instance.content_type is None:
        return
    model = instance.content_type.model_class()
    if model is None or getattr(model, "audits_itself", False):
        return
    subject = model._base_manager.filter(pk=instance.object_id).first()
    subject = subject or model(pk=instance.object_id)
    record(FLAGS[instance.action_flag], subject, admin=True, fields=_fields(instance))


def _fields(entry: LogEntry) -> list[str]:
    """Names of the changed fields. The rest of the message may name a person."""
    try:
        changes = json.loads(entry.change_message or "[]")
    except ValueError:
        return []
    return [
        str(name)
        for part in changes
        if isinstance(part, dict)
        for change in part.values()
        for name in change.get("fields", ())
    ]
