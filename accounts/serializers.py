"""E-mail, password and, where there is one, the second factor's code, against tokens."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework_simplejwt.serializers import (
    TokenObtainPairSerializer,
    TokenObtainSerializer,
    TokenRefreshSerializer,
)

from .authentication import STAMP_CLAIM, SecondFactorSetupRequired, check_token, lock_owner
from .lockout import count_wrong_code
from .second_factor import services


class _RequiresCode(TokenObtainSerializer):
    """Between the password and the tokens: the code of whoever has a second factor."""

    def validate(self, attrs):
        data = super().validate(attrs)
        if self.user.lacks_second_factor:
            raise SecondFactorSetupRequired
        if self.user.second_factor_since:
            self._check_code(attrs.get("otp"))
        return data

    def _check_code(self, otp):
        if not otp:
            text = _("Send the code of the second factor as otp, too.")
            raise AuthenticationFailed(text, "otp_required")
        try:
            device = services.verify(self.user, otp)
        except services.TooSoon as wait:
            raise Throttled(wait.seconds) from None
        if device is None:
            count_wrong_code(self.context["request"], self.user)
            raise AuthenticationFailed(_("Wrong code of the second factor."), "otp_invalid")


class TokenPairSerializer(TokenObtainPairSerializer, _RequiresCode):
    otp = serializers.CharField(
        required=False,
        write_only=True,
        max_length=40,
        help_text=_("The second factor's code, or a recovery code, of an account that has one."),
    )

    @classmethod
    def get_token(cls, user):
        token = super().get_token(user)
        token[STAMP_CLAIM] = user.second_factor_stamp
        return token


class RefreshSerializer(TokenRefreshSerializer):
    """A pair for a token that still holds; `user` is whose it is."""

    def validate(self, attrs):
        token = self.token_class(attrs["refresh"])
        with transaction.atomic():
            # Of two at once the second waits here, and then finds the token spent.
            self.user = lock_owner(token)
            check_token(token, self.user)
            return super().validate(attrs)
