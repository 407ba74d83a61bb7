from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails
from rest_framework.request import Request

from .models import User


class UserRequest(HttpRequest):
    """For annotations: the request of a view with `login_required`."""

    user: User
    htmx: HtmxDetails


class UserAPIRequest(Request):
    """For annotations: the request of an API view with `IsAuthenticated`."""

    user: User
