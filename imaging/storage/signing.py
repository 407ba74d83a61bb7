"""Signatures of the embedded default, and how long a signed URL of any back end is valid."""

import hashlib
import hmac
import time
import uuid
from base64 import urlsafe_b64encode
from datetime import datetime
from functools import lru_cache
from typing import Protocol
from urllib.parse import quote, quote_plus

from django.conf import settings
from django.urls import get_script_prefix, reverse
from django.utils.crypto import constant_time_compare

SHARE_PASS = 300  # seconds


class UrlSigner(Protocol):
    """Gives the signed URL of a blob; with `filename`, a download under that name."""

    def __call__(self, name: str, filename: str | None = None) -> str: ...


def expiry() -> int:
    """When a URL signed now expires (Unix seconds): TTL / 2 to TTL from now.

    In steps of half the TTL, so that a page shown twice names a picture by one URL and the
    browser's cache answers.
    """
    step = max(1, settings.SIGNED_URL_TTL // 2)
    return (int(time.time()) // step + 2) * step


@lru_cache(maxsize=8)
def _key(secret: str) -> bytes:
    # As django.core.signing.Signer(salt="imaging.media") derives it, but once per process: a page
    # of images has hundreds of signatures.
    return hashlib.sha256(b"imaging.mediasigner" + secret.encode()).digest()


def _signature(
    container: str, name: object, expires: str, filename: str, secret: str | None = None
) -> str:
    key = _key(secret or settings.SECRET_KEY)
    return _sign(key, f"{container}\n{name}\n{expires}\n{filename}")


def _sign(key: bytes, message: str) -> str:
    return urlsafe_b64encode(hmac.digest(key, message.encode(), "sha256")).decode().rstrip("=")


@lru_cache(maxsize=16)
def _media_path(container: str, script_prefix: str) -> str:
    return reverse("media", args=[container, "-"]).removesuffix("-")


def signed_path_is_valid(
    container: str, name: object, expires: str, filename: str, signature: str
) -> bool:
    """Whether we signed this path and it has not expired; `expires` is Unix seconds."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]  # the key may just have rotated
    expected = (_signature(container, name, expires, filename, secret) for secret in secrets)
    signed = any(constant_time_compare(signature, candidate) for candidate in expected)
    return signed and int(expires) > time.time()


def share_pass(share_id: uuid.UUID, until: datetime) -> str:
    """The query that opens the image of a shared link: valid for SHARE_PASS seconds, and
    never past `until`. Whether the link itself is still valid is checked at every request
    (gallery.services.shares)."""
    expires = str(min(int(time.time()) + SHARE_PASS, int(until.timestamp())))
    return f"e={expires}&s={_signature('share', share_id, expires, '')}"  # no container's name


def share_pass_is_valid(share_id: uuid.UUID, expires: str, signature: str) -> bool:
    """Whether we signed this pass for this link and it has not expired."""
    well_formed = expires.isascii() and expires.isdigit() and len(expires) <= 12
    return well_formed and signed_path_is_valid("share", share_id, expires, "", signature)


def path_signer(container: str) -> UrlSigner:
    """Signs paths on this server, all with one expiry: what the paths of a request have in common
    is computed once."""
    expires, key = str(expiry()), _key(settings.SECRET_KEY)
    path = _media_path(container, get_script_prefix())

    def sign(name: str, filename: str | None = None) -> str:
        signature = _sign(key, f"{container}\n{name}\n{expires}\n{filename or ''}")
        download = f"&n={quote_plus(filename)}" if filename else ""
        return f"{path}{quote(name)}?e={expires}&s={signature}{download}"

    return sign
