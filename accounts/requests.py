"""Types for requests of a signed-in user; Django's own type also allows an anonymous one."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails
from rest_framework.request import Request

from .models import User


class AuthenticatedRequest(HttpRequest):
    """The request of a view with `login_required`."""

    user: User
    htmx: HtmxDetails


class AuthenticatedAPIRequest(Request):
    """The request of an API view with `IsAuthenticated`."""

    user: User
