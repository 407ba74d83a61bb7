"""A token of the API is valid only while its user's password and second factor stay the same."""

from typing import cast

from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _
from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import Token
from rest_framework_simplejwt.utils import get_md5_hash_password

from .models import User

STAMP_CLAIM = "second_factor"  # the user's second_factor_stamp


class SecondFactorSetupRequired(PermissionDenied):
    default_detail = _(
        "Set up two-factor authentication on the site first: it is required for your account."
    )
    default_code = "otp_setup_required"


def check_token(token: Token, user: User) -> None:
    """Raises AuthenticationFailed if the password was changed or the second factor switched on or
    off since the token was issued, and SecondFactorSetupRequired if a required factor is
    missing."""
    if token.get(api_settings.REVOKE_TOKEN_CLAIM) != get_md5_hash_password(user.password):
        raise AuthenticationFailed(_("The user's password has been changed."), "password_changed")
    if token.get(STAMP_CLAIM, "") != user.second_factor_stamp:
        text = _("Two-factor authentication has been turned on or off since: get a new token.")
        raise AuthenticationFailed(text, "token_not_valid")
    if user.lacks_second_factor:
        raise SecondFactorSetupRequired


def lock_owner(token: Token) -> User:
    """The token's user, locked until the transaction ends, so that other tokens of theirs wait.
    Raises AuthenticationFailed if the user was deleted."""
    users = get_user_model().objects.select_for_update(no_key=True)
    user = users.filter(pk=token.get(api_settings.USER_ID_CLAIM)).first()
    if user is None:
        raise AuthenticationFailed(_("User not found"), "user_not_found")
    return user


class TokenAuthentication(JWTAuthentication):
    """JWT authentication that also applies `check_token`."""

    def get_user(self, validated_token: Token) -> User:  # type: ignore[override]
        user = cast(User, super().get_user(validated_token))
        check_token(validated_token, user)
        return user


class TokenScheme(SimpleJWTScheme):
    """Describes TokenAuthentication in the schema."""

    target_class = TokenAuthentication  # type: ignore[assignment]
