"""Logins, and what the admin changes."""

import json

from django.contrib.admin.models import ADDITION, CHANGE, DELETION
from django.contrib.auth import get_user_model

from . import chain
from .trail import ANONYMOUS, Action, record

FLAGS = {ADDITION: Action.CREATED, CHANGE: Action.CHANGED, DELETION: Action.DELETED}


def record_login(sender, user, **kwargs):
    record(Action.LOGIN, user, actor=user)


def record_logout(sender, user, **kwargs):
    if user is not None:
        record(Action.LOGOUT, user, actor=user)


def record_failed_login(sender, credentials, **kwargs):
    """Of an account that there is, its owner is told; what was typed is kept as a pseudonym."""
    users = get_user_model()
    typed = credentials.get("username") or credentials.get(users.USERNAME_FIELD) or ""
    typed = typed.lower() if isinstance(typed, str) else ""
    account = users.objects.filter(**{users.USERNAME_FIELD: typed}).first() if typed else None
    record(Action.LOGIN_FAILED, account, actor=ANONYMOUS, account=chain.pseudonym(typed))


def record_admin_change(sender, instance, created, **kwargs):
    """An entry of the admin's own log, which names people: here only which fields."""
    if not created or instance.action_flag not in FLAGS or instance.content_type is None:
        return
    model = instance.content_type.model_class()
    if model is None or getattr(model, "audits_itself", False):
        return
    subject = model._base_manager.filter(pk=instance.object_id).first()
    subject = subject or model(pk=instance.object_id)
    record(FLAGS[instance.action_flag], subject, admin=True, fields=_fields(instance))


def _fields(entry):
    """Names of the fields that changed. The rest of the message may name a person."""
    try:
        told = json.loads(entry.change_message or "[]")
    except ValueError:
        return []
    return [
        str(name)
        for part in told
        if isinstance(part, dict)
        for change in part.values()
        for name in change.get("fields", ())
    ]
