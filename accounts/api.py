"""Tokens for integrators (JWT). As slow to guess as the login page."""

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth import get_user_model
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import Throttled
from rest_framework.throttling import ScopedRateThrottle
from rest_framework_simplejwt.serializers import (
    TokenBlacklistSerializer,
    TokenObtainPairSerializer,
    TokenRefreshSerializer,
)
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import AccessToken
from rest_framework_simplejwt.views import (
    TokenBlacklistView,
    TokenObtainPairView,
    TokenRefreshView,
)

from audit.trail import Action, record

from .lockout import network_of
from .serializers import ErrorsSerializer


def answers(serializer):
    """Wrong credentials are 401, though nobody has to be signed in to ask."""
    return extend_schema(responses={200: serializer, 401: ErrorsSerializer})


class LoginRate(ScopedRateThrottle):
    """Of an address, that of an IPv6 line."""

    def get_ident(self, request):
        return network_of(request)


@extend_schema(auth=[])
class Token(TokenObtainPairView):
    """E-mail and password against an access and a refresh token."""

    throttle_classes = [LoginRate]
    throttle_scope = "login"

    @answers(TokenObtainPairSerializer)
    def post(self, request, *args, **kwargs):
        told = request.data if isinstance(request.data, dict) else {}
        email = told.get("email")
        if isinstance(email, str) and not AxesProxyHandler.is_allowed(
            request._request, {"email": email}
        ):
            raise Throttled(settings.AXES_COOLOFF_TIME.total_seconds())
        response = super().post(request, *args, **kwargs)
        claims = AccessToken(response.data["access"])
        user = get_user_model().objects.get(pk=claims[api_settings.USER_ID_CLAIM])
        record(Action.TOKEN, user, actor=user)
        return response


@extend_schema(auth=[])
class TokenRefresh(TokenRefreshView):
    """A refresh token against a new pair; the old one is spent."""

    @answers(TokenRefreshSerializer)
    def post(self, request, *args, **kwargs):
        return super().post(request, *args, **kwargs)


@extend_schema(auth=[])
class TokenBlacklist(TokenBlacklistView):
    """Make a refresh token worthless: the API's logout."""

    @answers(TokenBlacklistSerializer)
    def post(self, request, *args, **kwargs):
        return super().post(request, *args, **kwargs)
