"""Encrypts the secrets of second factors in the database, which alone is of no use to a thief.

The key is SECOND_FACTOR_KEY, or SECRET_KEY if that is empty. What a former key sealed can be read
as long as that key is in SECOND_FACTOR_KEY_FALLBACKS.
"""

from base64 import urlsafe_b64encode
from contextlib import suppress

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.utils.crypto import salted_hmac

from core.keys import keyring

__all__ = ["InvalidTag", "fingerprint", "fingerprints", "seal", "unseal"]


def _keyed(purpose: str, value: str, algorithm: str, secret: str | None = None) -> bytes:
    salt = f"accounts.second_factor.{purpose}"
    secret = secret or keyring("SECOND_FACTOR_KEY")[0]
    return salted_hmac(salt, value, secret=secret, algorithm=algorithm).digest()


def seal(secret: bytes, user_id: int) -> str:
    """Hexadecimal AES-SIV ciphertext, 16 bytes longer than `secret`. It opens for this user only,
    so that write access to the database is not enough to give somebody another secret."""
    return AESSIV(_keyed("key", "", "sha512")).encrypt(secret, [str(user_id).encode()]).hex()


def unseal(sealed: str, user_id: int) -> bytes:
    """The secret. Raises InvalidTag if it is another user's or no key fits."""
    data = bytes.fromhex(sealed)
    for secret in keyring("SECOND_FACTOR_KEY"):
        with suppress(InvalidTag):
            key = AESSIV(_keyed("key", "", "sha512", secret))
            return key.decrypt(data, [str(user_id).encode()])
    raise InvalidTag


def fingerprint(code: str, user_id: int, secret: str | None = None) -> str:
    """16 characters that identify a recovery code: 96 bits of a keyed hash."""
    text = f"{user_id}:{code}"
    return urlsafe_b64encode(_keyed("code", text, "sha256", secret)[:12]).decode()


def fingerprints(code: str, user_id: int) -> list[str]:
    """The fingerprints it may be stored as: of the current key and of former ones."""
    return [fingerprint(code, user_id, secret) for secret in keyring("SECOND_FACTOR_KEY")]
