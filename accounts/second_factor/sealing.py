"""How the database keeps the secrets of second factors: whoever has only the database has none.

The key is SECOND_FACTOR_KEY's, or SECRET_KEY's where that is empty. What a former key sealed can be
read as long as that stands in SECOND_FACTOR_KEY_FALLBACKS.
"""

from base64 import urlsafe_b64encode
from contextlib import suppress

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.utils.crypto import salted_hmac

from core.keys import keyring

__all__ = ["InvalidTag", "fingerprint", "fingerprints", "seal", "unseal"]


def _keyed(purpose, value, algorithm, secret=None):
    salt = f"accounts.second_factor.{purpose}"
    secret = secret or keyring("SECOND_FACTOR_KEY")[0]
    return salted_hmac(salt, value, secret=secret, algorithm=algorithm).digest()


def seal(secret: bytes, user_id) -> str:
    """Hex of 16 bytes more than `secret` (AES-SIV). It opens for this user only, so that nobody
    who can write in the database puts their own under another's name."""
    return AESSIV(_keyed("key", "", "sha512")).encrypt(secret, [str(user_id).encode()]).hex()


def unseal(sealed: str, user_id) -> bytes:
    """Raises InvalidTag where it is another user's, or no key is the right one."""
    data = bytes.fromhex(sealed)
    for secret in keyring("SECOND_FACTOR_KEY"):
        with suppress(InvalidTag):
            key = AESSIV(_keyed("key", "", "sha512", secret))
            return key.decrypt(data, [str(user_id).encode()])
    raise InvalidTag


def fingerprint(code: str, user_id, secret=None) -> str:
    """16 characters to know a recovery code again by: 96 bits of a keyed hash."""
    told = f"{user_id}:{code}"
    return urlsafe_b64encode(_keyed("code", told, "sha256", secret)[:12]).decode()


def fingerprints(code: str, user_id) -> list[str]:
    """What it may be kept as: with the key in use, and with former ones."""
    return [fingerprint(code, user_id, secret) for secret in keyring("SECOND_FACTOR_KEY")]
