"""Tokens for integrators (JWT), as hard to guess as at the login page."""

from collections.abc import Callable
from typing import Any, TypeVar

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import Throttled
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError
from rest_framework_simplejwt.serializers import TokenBlacklistSerializer
from rest_framework_simplejwt.views import (
    TokenBlacklistView,
    TokenObtainPairView,
    TokenRefreshView,
    TokenViewBase,
)

from audit.trail import Action, record
from core.network import client_network
from core.throttling import ScopedRate

from .error_serializers import ErrorsSerializer
from .serializers import RefreshSerializer, TokenPairSerializer

_View = TypeVar("_View", bound=Callable[..., Response])


def documented_answers(serializer: type[Serializer], *also: int) -> Callable[[_View], _View]:
    """For the schema: 401 for wrong credentials, although no authentication is required."""
    errors = dict.fromkeys((401, *also), ErrorsSerializer)
    return extend_schema(responses={200: serializer} | errors)


def issue_tokens(view: TokenViewBase, request: Request, action: Action) -> Response:
    """The answer of the view's serializer, recorded as an event. Raises InvalidToken."""
    serializer: Any = view.get_serializer(data=request.data)
    try:
        serializer.is_valid(raise_exception=True)
    except TokenError as error:
        raise InvalidToken(error.args[0]) from error
    record(action, serializer.user, actor=serializer.user)
    return Response(serializer.validated_data)


class LoginRate(ScopedRate):
    """By network, so that one IPv6 subscriber has one limit."""

    def get_ident(self, request: Request) -> str:
        return client_network(request)


@extend_schema(auth=[])
class Token(TokenObtainPairView):
    """An access and a refresh token in exchange for e-mail and password.

    Accounts with two-factor authentication also send `otp`: 401 `otp_required` without it,
    `otp_invalid` if it is wrong. 403 `otp_setup_required`: two-factor authentication must be set up
    on the site first.
    """

    serializer_class = TokenPairSerializer
    throttle_classes = [LoginRate]
    throttle_scope = "login"

    @documented_answers(TokenPairSerializer, 403)
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        data = request.data if isinstance(request.data, dict) else {}
        email = data.get("email")
        if isinstance(email, str) and not AxesProxyHandler.is_allowed(
            request._request, {"email": email}
        ):
            raise Throttled(settings.AXES_COOLOFF_TIME.total_seconds())
        return issue_tokens(self, request, Action.TOKEN)


@extend_schema(auth=[])
class TokenRefresh(TokenRefreshView):
    """A new pair in exchange for a refresh token, which becomes invalid.

    The new pair becomes invalid when the password or two-factor authentication changes.
    """

    serializer_class = RefreshSerializer

    @documented_answers(RefreshSerializer, 403)
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return issue_tokens(self, request, Action.REFRESHED)


@extend_schema(auth=[])
class TokenBlacklist(TokenBlacklistView):
    """Invalidate a refresh token: the API's logout."""

    @documented_answers(TokenBlacklistSerializer)
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)
