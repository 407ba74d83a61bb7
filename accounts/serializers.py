"""Tokens in exchange for e-mail, password and, if there is one, the second factor's code."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework_simplejwt.serializers import (
    TokenObtainPairSerializer,
    TokenObtainSerializer,
    TokenRefreshSerializer,
)
from rest_framework_simplejwt.tokens import Token

from .authentication import STAMP_CLAIM, SecondFactorSetupRequired, check_token, lock_owner
from .lockout import count_wrong_code
from .models import User
from .second_factor import services


class _RequiresCode(TokenObtainSerializer):
    """After the password, requires the code of users who have a second factor."""

    user: User

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        data = super().validate(attrs)
        if self.user.lacks_second_factor:
            raise SecondFactorSetupRequired
        if self.user.second_factor_since:
            self._check_code(attrs.get("otp"))
        return data

    def _check_code(self, otp: str | None) -> None:
        if not otp:
            text = _("Send the two-factor authentication code too, as otp.")
            raise AuthenticationFailed(text, "otp_required")
        try:
            device = services.verify(self.user, otp)
        except services.TooSoon as wait:
            raise Throttled(wait.seconds) from None
        if device is None:
            count_wrong_code(self.context["request"], self.user)
            raise AuthenticationFailed(_("Wrong two-factor authentication code."), "otp_invalid")


class TokenPairSerializer(TokenObtainPairSerializer, _RequiresCode):
    otp = serializers.CharField(
        required=False,
        write_only=True,
        max_length=40,
        help_text=_(
            "The two-factor authentication code or a recovery code, for accounts that use it."
        ),
    )

    @classmethod
    def get_token(cls, user: User) -> Token:  # type: ignore[override]
        token = super().get_token(user)
        token[STAMP_CLAIM] = user.second_factor_stamp
        return token


class RefreshSerializer(TokenRefreshSerializer):
    """A new pair for a valid refresh token; `user` is its owner."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        token = self.token_class(attrs["refresh"])
        with transaction.atomic():
            # Of two concurrent requests the second waits here, then finds the token spent.
            self.user = lock_owner(token)
            check_token(token, self.user)
            return super().validate(attrs)
