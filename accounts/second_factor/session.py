"""A login's state in the session: whether it is half done, and when the password was typed."""

import time

from django.contrib.auth import get_user_model, login, logout
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from ..models import User
from .services import Device

PENDING = "login_pending"
TYPED_AT = "password_typed_at"
CODE_MINUTES = 5
PASSWORD_MINUTES = 10


def begin(request: HttpRequest, user: User) -> None:
    """The password was right (`user` comes from `authenticate`), but nobody is signed in yet."""
    logout(request)  # ends an earlier session, too
    request.session[PENDING] = {
        "user": user.pk,
        "backend": user.backend,
        "hash": user.get_session_auth_hash(),
        "at": time.time(),
    }


def pending_user(request: HttpRequest) -> User | None:
    """The user whose code is awaited; None if there is none, after CODE_MINUTES, or if the password
    was changed meanwhile."""
    pending = request.session.get(PENDING)
    if pending is None or not 0 <= time.time() - pending["at"] <= CODE_MINUTES * 60:
        return None
    user = get_user_model().objects.filter(pk=pending["user"], is_active=True).first()
    if user is None or not constant_time_compare(pending["hash"], user.get_session_auth_hash()):
        return None
    user.backend = pending["backend"]
    return user


def complete(request: HttpRequest, user: User, device: Device | None = None) -> None:
    """Sign in, under a new session key; with `device`, as a verified session (django-otp)."""
    request.session.pop(PENDING, None)
    if device is not None:
        user.otp_device = device  # type: ignore[attr-defined]  # read by django_otp
    login(request, user)
    note_password_typed(request)


def note_password_typed(request: HttpRequest) -> None:
    """For `password_is_fresh`."""
    request.session[TYPED_AT] = time.time()


def password_is_fresh(request: HttpRequest) -> bool:
    """Whether the password was typed in the last PASSWORD_MINUTES."""
    return 0 <= time.time() - request.session.get(TYPED_AT, 0) <= PASSWORD_MINUTES * 60
