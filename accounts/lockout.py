from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.http import HttpRequest

from core.network import client_network
from core.throttling import Rate

from .models import User

MAX_LENGTH = 254  # characters of an e-mail address


def attempted_email(
    request: HttpRequest | None, credentials: dict[str, Any] | None = None
) -> str | None:
    """The e-mail of a login attempt, for django-axes: the form says `username`, the API `email`.

    Without it every failure counts against no account, and one attacker locks out a whole practice
    that shares an address.
    """
    fields = credentials or {}
    email = fields.get("username") or fields.get("email")
    if not email and request is not None:
        email = request.POST.get("username")
    if not email:
        return None
    # Too long, with NUL or with a lone surrogate (possible in JSON) it is nobody's address, and the
    # columns of axes do not take it: the database's refusal would be a 500.
    email = email.lower()[:MAX_LENGTH].replace("\0", "?")
    return email.encode(errors="replace").decode()


def is_locked_out(request: HttpRequest, user: User) -> bool:
    """Whether there were too many wrong passwords and codes for this user from this address. For a
    page, AxesMiddleware then answers with the page that says so."""
    if AxesProxyHandler.is_allowed(request, {"username": user.email}):
        return False
    request.axes_locked_out = True  # type: ignore[attr-defined]
    return True


def count_wrong_code(request: HttpRequest, user: User) -> None:
    """Count a wrong code like a wrong password, towards the same lock."""
    AxesProxyHandler.user_login_failed(__name__, {"username": user.email}, request)


class LoginAttemptRate(Rate):
    """Login attempts from one network, for any account: each costs a password hash and, if it
    fails, an audit event. A practice behind one address stays far below the limit."""

    rate = "60/min"

    def get_cache_key(self, request: HttpRequest, view: object) -> str:
        return f"login/{client_network(request)}"
