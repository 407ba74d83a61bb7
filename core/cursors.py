"""Where a page of the API begins, as its URL carries it.

A cursor has the keys of the last row that was shown, not its number, so that the row may go or move
meanwhile. The keys of a patient are a name, and URLs end up in logs: a cursor is sealed. It opens
for one person, and in one list.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from dataclasses import asdict, dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings
from django.utils.crypto import salted_hmac

BLOCK, MAX_LENGTH = 128, 4096  # bytes that a cursor's content is filled up to; characters of one


class InvalidCursorError(Exception):
    """None of ours, or of another list, order or person."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """`order` and `keys`: of the rows, and the last one's, or None before the first that counts.
    `number`: how many pages there were, this one included. `memo`: what the list itself keeps."""

    order: list
    keys: list | None
    number: int
    memo: object = None


def seal(cursor, *bound) -> str:
    """`bound`: for whom and in which list it opens."""
    told = json.dumps(asdict(cursor), default=str, ensure_ascii=False).encode()
    told += b" " * (-len(told) % BLOCK)  # nor does its length tell of a name
    return urlsafe_b64encode(_cipher().encrypt(told, _bytes(bound))).decode().rstrip("=")


def unseal(text, *bound) -> Cursor:
    try:
        if not text.isascii() or len(text) > MAX_LENGTH:
            raise InvalidCursorError
        sealed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        for secret in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]:
            with suppress(InvalidTag):
                return Cursor(**json.loads(_cipher(secret).decrypt(sealed, _bytes(bound))))
        raise InvalidCursorError
    except ValueError as error:
        raise InvalidCursorError from error


def _cipher(secret=None):
    salt = "imaging.cursors.1"
    return AESSIV(salted_hmac(salt, "", secret=secret, algorithm="sha512").digest())


def _bytes(bound):
    return [str(part).encode(errors="replace") for part in bound]
