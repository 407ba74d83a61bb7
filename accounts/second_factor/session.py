"""What a session knows of a login: that it is half done, and when the password was last typed."""

import time

from django.contrib.auth import get_user_model, login, logout
from django.utils.crypto import constant_time_compare

PENDING = "login_pending"
TYPED_AT = "password_typed_at"
CODE_MINUTES = 5
PASSWORD_MINUTES = 10


def begin(request, user):
    """The password of `user` (as `authenticate` gave it) was right; nobody is signed in yet."""
    logout(request)  # nor whoever was before
    request.session[PENDING] = {
        "user": user.pk,
        "backend": user.backend,
        "hash": user.get_session_auth_hash(),
        "at": time.time(),
    }


def pending_user(request):
    """Whose code is waited for; None where nobody's is, or too long, or the password is another by
    now."""
    told = request.session.get(PENDING)
    if told is None or not 0 <= time.time() - told["at"] <= CODE_MINUTES * 60:
        return None
    user = get_user_model().objects.filter(pk=told["user"], is_active=True).first()
    if user is None or not constant_time_compare(told["hash"], user.get_session_auth_hash()):
        return None
    user.backend = told["backend"]
    return user


def complete(request, user, device=None):
    """Sign in, under a new session key; with `device`, a verified session (django-otp)."""
    request.session.pop(PENDING, None)
    if device is not None:
        user.otp_device = device
    login(request, user)
    note_password_typed(request)


def note_password_typed(request):
    request.session[TYPED_AT] = time.time()


def password_is_fresh(request):
    return 0 <= time.time() - request.session.get(TYPED_AT, 0) <= PASSWORD_MINUTES * 60
