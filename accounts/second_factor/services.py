"""Switching the second factor on and off, and checking codes."""

import re
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from audit.trail import Action, record

from ..models import User
from ..tasks import send_second_factor_notice
from .devices import Authenticator, RecoveryCodes

Device = Authenticator | RecoveryCodes
SIX_DIGITS = re.compile(r"[0-9]{6}")


class TooSoon(Exception):
    """After wrong codes, the next one is accepted only after `seconds`."""

    def __init__(self, until: datetime) -> None:
        self.seconds = max(1, int((until - timezone.now()).total_seconds() + 0.999))
        super().__init__(self.seconds)


def verify(user: User, typed: str) -> Device | None:
    """The device whose code was typed, ignoring spaces and hyphens: six digits of an authenticator
    or a recovery code. None if the code is wrong or used. Raises TooSoon."""
    code = re.sub(r"[\s-]", "", typed).lower()
    model = Authenticator if SIX_DIGITS.fullmatch(code) else RecoveryCodes
    with transaction.atomic():
        device = model.objects.select_for_update().filter(user=user, confirmed=True).first()
        if device is None or not _accepts(device, code):
            record(Action.CODE_FAILED, user)
            return None
        if model is RecoveryCodes:
            left = device.token_set.count()
            record(Action.CODE_USED, user, actor=user, left=left)
            _notify(user, "code_used", left=left)
        return device


def _accepts(device: Device, code: str) -> bool:
    allowed, reason = device.verify_is_allowed()
    if not allowed:
        raise TooSoon(reason["locked_until"])
    return device.verify_token(code)


def switch_on(user: User, device_id: int, typed: str) -> tuple[Device, list[str]] | None:
    """(device, recovery codes) if the code belongs to the user's unconfirmed device, else None.
    Raises TooSoon."""
    code = re.sub(r"\s", "", typed)
    with transaction.atomic():
        owner = get_user_model().objects.select_for_update().get(pk=user.pk)
        device = Authenticator.objects.filter(user=user, pk=device_id, confirmed=False).first()
        if owner.second_factor_since or device is None:
            return None
        if not SIX_DIGITS.fullmatch(code) or not _accepts(device, code):
            record(Action.CODE_FAILED, user)
            return None
        device.confirmed = True
        device.save(update_fields=["confirmed"])
        Authenticator.objects.filter(user=user).exclude(pk=device.pk).delete()
        RecoveryCodes.objects.filter(user=user).delete()
        codes = RecoveryCodes.objects.create(user=user, name="codes").renew()
        _set(user, timezone.now())
        record(Action.FACTOR_ON, user)
        _notify(user, "on")
    return device, codes


def renew_codes(user: User) -> list[str]:
    """Ten new recovery codes; the former ones become invalid."""
    with transaction.atomic():
        device = RecoveryCodes.objects.select_for_update().get(user=user)
        codes = device.renew()
        record(Action.CODES_RENEWED, user)
        _notify(user, "codes")
    return codes


def switch_off(user: User, *, by_staff: bool = False, **detail: Any) -> bool:
    """Whether there was a factor. Every session and token of the user ends with it. `detail` goes
    into the audit event."""
    with transaction.atomic():
        owner = get_user_model().objects.select_for_update().get(pk=user.pk)
        Authenticator.objects.filter(user=user).delete()
        RecoveryCodes.objects.filter(user=user).delete()
        if owner.second_factor_since is None:
            return False
        _set(user, None)
        record(Action.FACTOR_OFF, user, **detail)
        _notify(user, "removed" if by_staff else "off")
    return True


def _set(user: User, since: datetime | None) -> None:
    user.second_factor_since = since
    user.save(update_fields=["second_factor_since"])


def _notify(user: User, what: str, **facts: int) -> None:
    notify = partial(send_second_factor_notice.enqueue, user.pk, what, **facts)
    transaction.on_commit(notify, robust=True)
