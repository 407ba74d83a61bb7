from django.http import HttpRequest

from .models import User


class UserRequest(HttpRequest):
    """For annotations: the request of a view with `login_required`."""

    user: User
