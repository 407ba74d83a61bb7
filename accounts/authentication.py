"""Tokens of the API end with what they were got with: the password, the second factor."""

from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _
from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.utils import get_md5_hash_password

STAMP_CLAIM = "second_factor"  # the user's second_factor_stamp


class SecondFactorSetupRequired(PermissionDenied):
    default_detail = _("Set up a second factor on the site first: it is required of you.")
    default_code = "otp_setup_required"


def check_token(token, user):
    """Raises where the token is of before the second factor was switched on or off, or the
    password changed, and where a factor is required of a user who has none."""
    if token.get(api_settings.REVOKE_TOKEN_CLAIM) != get_md5_hash_password(user.password):
        raise AuthenticationFailed(_("The user's password has been changed."), "password_changed")
    if token.get(STAMP_CLAIM, "") != user.second_factor_stamp:
        text = _("The second factor was switched on or off since: get a new token.")
        raise AuthenticationFailed(text, "token_not_valid")
    if user.lacks_second_factor:
        raise SecondFactorSetupRequired


def lock_owner(token):
    """The token's user, whose other tokens wait until the transaction ends; raises where there is
    none any more."""
    users = get_user_model().objects.select_for_update(no_key=True)
    user = users.filter(pk=token.get(api_settings.USER_ID_CLAIM)).first()
    if user is None:
        raise AuthenticationFailed(_("User not found"), "user_not_found")
    return user


class TokenAuthentication(JWTAuthentication):
    def get_user(self, validated_token):
        user = super().get_user(validated_token)
        check_token(validated_token, user)
        return user


class TokenScheme(SimpleJWTScheme):
    """Its description in the schema."""

    target_class = TokenAuthentication
