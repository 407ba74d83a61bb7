"""How the database keeps the secrets of second factors: whoever has only the database has none.

The key is SECOND_FACTOR_KEY's, or SECRET_KEY's where that is empty. With another key nothing can be
read any more.
"""

from base64 import urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings
from django.utils.crypto import salted_hmac

__all__ = ["InvalidTag", "fingerprint", "seal", "unseal"]


def _keyed(purpose, value, algorithm):
    salt = f"accounts.second_factor.{purpose}"
    secret = settings.SECOND_FACTOR_KEY or settings.SECRET_KEY
    return salted_hmac(salt, value, secret=secret, algorithm=algorithm).digest()


def seal(secret: bytes, user_id) -> str:
    """Hex of 16 bytes more than `secret` (AES-SIV). It opens for this user only, so that nobody
    who can write in the database puts their own under another's name."""
    return AESSIV(_keyed("key", "", "sha512")).encrypt(secret, [str(user_id).encode()]).hex()


def unseal(sealed: str, user_id) -> bytes:
    """Raises InvalidTag where it is another user's, or the key is another."""
    data = bytes.fromhex(sealed)
    return AESSIV(_keyed("key", "", "sha512")).decrypt(data, [str(user_id).encode()])


def fingerprint(code: str, user_id) -> str:
    """16 characters to know a recovery code again by: 96 bits of a keyed hash."""
    return urlsafe_b64encode(_keyed("code", f"{user_id}:{code}", "sha256")[:12]).decode()
