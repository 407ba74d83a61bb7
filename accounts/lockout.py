from axes.handlers.proxy import AxesProxyHandler

from core.network import client_network
from core.throttling import Rate

MAX_LENGTH = 254  # characters of an e-mail address


def attempted_email(request, credentials=None):
    """Who somebody tried to be, for django-axes: the form says `username`, the API `email`.

    Without it every failure counts against nobody, and one guesser locks out a whole practice
    that shares an address.
    """
    told = credentials or {}
    email = told.get("username") or told.get("email")
    if not email and request is not None:
        email = request.POST.get("username")
    if not email:
        return None
    # None of these is anybody's address, and no column of axes takes them: longer, with NUL, with
    # half a character (JSON can write one). The database's refusal was a 500.
    told = email.lower()[:MAX_LENGTH].replace("\0", "?")
    return told.encode(errors="replace").decode()


def is_locked_out(request, user):
    """Were there too many wrong passwords and codes for this user from this address? Of a page's
    request AxesMiddleware then answers with the page that says so."""
    if AxesProxyHandler.is_allowed(request, {"username": user.email}):
        return False
    request.axes_locked_out = True
    return True


def count_wrong_code(request, user):
    """A wrong code counts like a wrong password: together they lock."""
    AxesProxyHandler.user_login_failed(__name__, {"username": user.email}, request)


class LoginAttemptRate(Rate):
    """Logins tried from one address, for whomever: each costs the processor a hashed password
    and, failed, the audit log an event. A practice behind one address does not come near it."""

    rate = "60/min"

    def get_cache_key(self, request, view):
        return f"login/{client_network(request)}"
