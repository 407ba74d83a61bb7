"""django-otp's devices: a code works once, and wrong ones delay the next. Unlike django-otp's own,
their secrets are sealed in the database (sealing)."""

import logging
import secrets
from base64 import b32encode

import segno
from django.contrib.auth.base_user import AbstractBaseUser
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from . import sealing

logger = logging.getLogger(__name__)

CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without characters that look alike


class Authenticator(TOTPDevice):
    """An authenticator app. `key` is sealed; `confirmed` once a code of the app was entered."""

    class Meta:
        proxy = True

    @classmethod
    def create_unconfirmed(cls, user: AbstractBaseUser) -> "Authenticator":
        """A new secret for `user`, not yet confirmed."""
        key = sealing.seal(secrets.token_bytes(20), user.pk)
        return cls.objects.create(user=user, name="app", key=key, confirmed=False)

    @property
    def bin_key(self) -> bytes:
        """The secret, for django-otp. Raises sealing.InvalidTag."""
        return sealing.unseal(self.key, self.user_id)

    def verify_token(self, token: str) -> bool:
        try:
            return super().verify_token(token)
        except sealing.InvalidTag:
            logger.error("The second factor of user %s opens with another key.", self.user_id)
            return False

    @property
    def secret(self) -> str:
        """For typing: base 32, in groups of four."""
        text = b32encode(self.bin_key).decode()
        return " ".join(text[at : at + 4] for at in range(0, len(text), 4))

    @property
    def qr(self) -> str:
        """For scanning: a data: URL of an SVG, black on white in both themes."""
        return segno.make(self.config_url, error="m").svg_data_uri(scale=4, light="#fff")


class RecoveryCodes(StaticDevice):
    """Ten codes, each usable once, stored as fingerprints."""

    class Meta:
        proxy = True

    def renew(self) -> list[str]:
        """Replace the codes by ten new ones, returned now and never again."""
        codes = ["".join(secrets.choice(ALPHABET) for _ in range(10)) for _ in range(CODES)]
        self.token_set.all().delete()
        StaticToken.objects.bulk_create(
            StaticToken(device=self, token=sealing.fingerprint(code, self.user_id))
            for code in codes
        )
        return [f"{code[:5]}-{code[5:]}" for code in codes]

    def verify_token(self, token: str) -> bool:
        stored = sealing.fingerprints(token, self.user_id)
        known = self.token_set.filter(token__in=stored).values_list("token", flat=True).first()
        return super().verify_token(known or stored[0])
