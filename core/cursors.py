"""Where a page of the API begins, as its URL carries it.

A cursor holds the keys of the last row shown, not its number, so that the row may move or be
deleted meanwhile. A patient's key is a name, and URLs end up in logs: a cursor is sealed. It opens
for one person and in one list only.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings
from django.utils.crypto import salted_hmac

BLOCK = 128  # bytes; the content is padded to a multiple
MAX_LENGTH = 4096  # characters of a sealed cursor


class InvalidCursorError(Exception):
    """Not one of ours, or for another list, order or person."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """`order`: the field names that the rows are ordered by. `keys`: those values of the last row,
    or None before the first row that counts. `number`: of this page, from 1. `memo`: a JSON value
    that the list keeps from page to page."""

    order: list[str]
    keys: list[Any] | None
    number: int
    memo: Any = None


def seal(cursor: Cursor, *scope: object) -> str:
    """The cursor as URL-safe text. `scope`: the person and the list that it opens for."""
    payload = json.dumps(asdict(cursor), default=str, ensure_ascii=False).encode()
    payload += b" " * (-len(payload) % BLOCK)  # the length must not reveal a name's
    return urlsafe_b64encode(_cipher().encrypt(payload, _encoded(scope))).decode().rstrip("=")


def unseal(text: str, *scope: object) -> Cursor:
    """The cursor that `seal` was given. Raises InvalidCursorError."""
    try:
        if not text.isascii() or len(text) > MAX_LENGTH:
            raise InvalidCursorError
        sealed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        for secret in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]:
            with suppress(InvalidTag):
                return Cursor(**json.loads(_cipher(secret).decrypt(sealed, _encoded(scope))))
        raise InvalidCursorError
    except ValueError as error:
        raise InvalidCursorError from error


def _cipher(secret: str | None = None) -> AESSIV:
    salt = "imaging.cursors.1"
    return AESSIV(salted_hmac(salt, "", secret=secret, algorithm="sha512").digest())


def _encoded(scope: tuple[object, ...]) -> list[bytes]:
    return [str(part).encode(errors="replace") for part in scope]
