from axes.handlers.proxy import AxesProxyHandler


def attempted_email(request, credentials=None):
    """Who somebody tried to be, for django-axes: the form says `username`, the API `email`.

    Without it every failure counts against nobody, and one guesser locks out a whole practice
    that shares an address.
    """
    told = credentials or {}
    email = told.get("username") or told.get("email")
    if not email and request is not None:
        email = request.POST.get("username")
    return email.lower() if email else None


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
