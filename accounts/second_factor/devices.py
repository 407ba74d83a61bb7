"""django-otp's devices: a code is good once, and wrong ones slow down the next. What differs is how
their secrets lie in the database (sealing)."""

import logging
import secrets
from base64 import b32encode

import segno
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from . import sealing

logger = logging.getLogger(__name__)

CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that reads like something else


class Authenticator(TOTPDevice):
    """An authenticator app. `key` is sealed; `confirmed` once the app has shown a code of it."""

    class Meta:
        proxy = True

    @classmethod
    def create_unconfirmed(cls, user):
        """A new secret for `user`, not yet confirmed."""
        key = sealing.seal(secrets.token_bytes(20), user.pk)
        return cls.objects.create(user=user, name="app", key=key, confirmed=False)

    @property
    def bin_key(self):
        return sealing.unseal(self.key, self.user_id)

    def verify_token(self, token):
        try:
            return super().verify_token(token)
        except sealing.InvalidTag:
            logger.error("The second factor of user %s opens with another key.", self.user_id)
            return False

    @property
    def secret(self):
        """To type: base 32, in fours."""
        told = b32encode(self.bin_key).decode()
        return " ".join(told[at : at + 4] for at in range(0, len(told), 4))

    @property
    def qr(self):
        """To scan: a data: URL of an SVG, black on white in both themes."""
        return segno.make(self.config_url, error="m").svg_data_uri(scale=4, light="#fff")


class RecoveryCodes(StaticDevice):
    """Ten codes, each good once, kept as fingerprints."""

    class Meta:
        proxy = True

    def renew(self):
        """Ten others in their place; told now and never again."""
        drawn = ["".join(secrets.choice(ALPHABET) for _ in range(10)) for _ in range(CODES)]
        self.token_set.all().delete()
        StaticToken.objects.bulk_create(
            StaticToken(device=self, token=sealing.fingerprint(code, self.user_id))
            for code in drawn
        )
        return [f"{code[:5]}-{code[5:]}" for code in drawn]

    def verify_token(self, token):
        kept = sealing.fingerprints(token, self.user_id)
        known = self.token_set.filter(token__in=kept).values_list("token", flat=True).first()
        return super().verify_token(known or kept[0])
