"""Switching the second factor on and off, and judging codes."""

import re
from functools import partial

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from audit.trail import Action, record

from ..tasks import tell
from .devices import Authenticator, RecoveryCodes

SIX_DIGITS = re.compile(r"[0-9]{6}")


class TooSoon(Exception):
    """After wrong codes the next one is looked at only after `seconds`."""

    def __init__(self, until):
        self.seconds = max(1, int((until - timezone.now()).total_seconds() + 0.999))
        super().__init__(self.seconds)


def verify(user, typed):
    """The device whose code was typed, spaces and hyphens aside: an authenticator's six digits or
    a recovery code. None where it is wrong or spent. Raises TooSoon."""
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


def _accepts(device, code):
    allowed, why = device.verify_is_allowed()
    if not allowed:
        raise TooSoon(why["locked_until"])
    return device.verify_token(code)


def switch_on(user, device_id, typed):
    """(device, recovery codes) when the code is one of the secret that was drawn, else None.
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


def renew_codes(user):
    """Ten new recovery codes; the former are worth nothing."""
    with transaction.atomic():
        device = RecoveryCodes.objects.select_for_update().get(user=user)
        codes = device.renew()
        record(Action.CODES_RENEWED, user)
        _notify(user, "codes")
    return codes


def switch_off(user, *, by_staff=False, **detail):
    """True where there was one. Every session and token of the user ends with it."""
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


def _set(user, since):
    user.second_factor_since = since
    user.save(update_fields=["second_factor_since"])


def _notify(user, what, **facts):
    transaction.on_commit(partial(tell.enqueue, user.pk, what, **facts), robust=True)
