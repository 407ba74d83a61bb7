"""Where a page of the API begins, as its URL carries it.

A cursor has the keys of the last row that was shown, not its number, so that the row may go or move
meanwhile. The keys of a patient are a name, and URLs end up in logs: a cursor is sealed. It opens
for one person, and in one list.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.utils.crypto import salted_hmac

BLOCK, LONGEST = 128, 4096  # bytes that a cursor's content is filled up to; characters of one


class InvalidCursor(Exception):
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
        if not text.isascii() or len(text) > LONGEST:
            raise InvalidCursor
        sealed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        return Cursor(**json.loads(_cipher().decrypt(sealed, _bytes(bound))))
    except (InvalidTag, ValueError) as error:
        raise InvalidCursor from error


def _cipher():
    return AESSIV(salted_hmac("imaging.cursors.1", "", algorithm="sha512").digest())


def _bytes(bound):
    return [str(part).encode(errors="replace") for part in bound]
