"""Tokens for integrators (JWT). As slow to guess as the login page."""

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import Throttled
from rest_framework.response import Response
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError
from rest_framework_simplejwt.serializers import TokenBlacklistSerializer
from rest_framework_simplejwt.views import (
    TokenBlacklistView,
    TokenObtainPairView,
    TokenRefreshView,
)

from audit.trail import Action, record
from core.network import client_network
from core.throttling import ScopedRate

from .error_serializers import ErrorsSerializer
from .serializers import RefreshSerializer, TokenPairSerializer


def documented_answers(serializer, *also):
    """Wrong credentials are 401, though nobody has to be signed in to ask."""
    errors = dict.fromkeys((401, *also), ErrorsSerializer)
    return extend_schema(responses={200: serializer} | errors)


def issue_tokens(view, request, action):
    """What the view's serializer answers, and the event of it."""
    serializer = view.get_serializer(data=request.data)
    try:
        serializer.is_valid(raise_exception=True)
    except TokenError as error:
        raise InvalidToken(error.args[0]) from error
    record(action, serializer.user, actor=serializer.user)
    return Response(serializer.validated_data)


class LoginRate(ScopedRate):
    """Of an address, that of an IPv6 line."""

    def get_ident(self, request):
        return client_network(request)


@extend_schema(auth=[])
class Token(TokenObtainPairView):
    """E-mail and password against an access and a refresh token.

    Of an account with a second factor, `otp` too: 401 `otp_required` without it, `otp_invalid`
    where it is wrong. 403 `otp_setup_required`: a second factor is to be set up on the site first.
    """

    serializer_class = TokenPairSerializer
    throttle_classes = [LoginRate]
    throttle_scope = "login"

    @documented_answers(TokenPairSerializer, 403)
    def post(self, request, *args, **kwargs):
        told = request.data if isinstance(request.data, dict) else {}
        email = told.get("email")
        if isinstance(email, str) and not AxesProxyHandler.is_allowed(
            request._request, {"email": email}
        ):
            raise Throttled(settings.AXES_COOLOFF_TIME.total_seconds())
        return issue_tokens(self, request, Action.TOKEN)


@extend_schema(auth=[])
class TokenRefresh(TokenRefreshView):
    """A refresh token against a new pair; the old one is spent.

    It ends with the password and the second factor that it was got with.
    """

    serializer_class = RefreshSerializer

    @documented_answers(RefreshSerializer, 403)
    def post(self, request, *args, **kwargs):
        return issue_tokens(self, request, Action.REFRESHED)


@extend_schema(auth=[])
class TokenBlacklist(TokenBlacklistView):
    """Make a refresh token worthless: the API's logout."""

    @documented_answers(TokenBlacklistSerializer)
    def post(self, request, *args, **kwargs):
        return super().post(request, *args, **kwargs)
