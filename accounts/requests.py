"""Requests of somebody who is signed in, for type hints: Django's own may be anybody's."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails
from rest_framework.request import Request

from .models import User


class AuthenticatedRequest(HttpRequest):
    """What a view behind `login_required` is given."""

    user: User
    htmx: HtmxDetails


class AuthenticatedAPIRequest(Request):
    """What a view of the API behind `IsAuthenticated` is given."""

    user: User
