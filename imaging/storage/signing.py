"""The signatures of the embedded default, and until when a URL of any back end holds."""

import hashlib
import hmac
import time
import uuid
from base64 import urlsafe_b64encode
from datetime import datetime
from functools import lru_cache
from urllib.parse import quote, quote_plus

from django.conf import settings
from django.urls import get_script_prefix, reverse
from django.utils.crypto import constant_time_compare

SHARE_PASS = 300  # seconds


def expiry() -> int:
    """When a URL signed now dies (Unix seconds): TTL / 2 to TTL from now.

    In steps of half the TTL, so that a page shown twice names a picture by one URL and the
    browser's cache answers.
    """
    step = max(1, settings.SIGNED_URL_TTL // 2)
    return (int(time.time()) // step + 2) * step


@lru_cache(maxsize=8)
def _key(secret):
    # As django.core.signing.Signer(salt="imaging.media") derives it, but once a process: a page of
    # images has hundreds of signatures.
    return hashlib.sha256(b"imaging.mediasigner" + secret.encode()).digest()


def _signature(container, name, expires, filename, secret=None):
    key = _key(secret or settings.SECRET_KEY)
    return _signed(key, f"{container}\n{name}\n{expires}\n{filename}")


def _signed(key, told):
    return urlsafe_b64encode(hmac.digest(key, told.encode(), "sha256")).decode().rstrip("=")


@lru_cache(maxsize=16)
def _path(container, script_prefix):
    return reverse("media", args=[container, "-"]).removesuffix("-")


def signed_path_is_valid(container, name, expires, filename, signature) -> bool:
    """Was this path signed by us, and is it still alive?"""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]  # exchanged a moment ago
    expected = (_signature(container, name, expires, filename, key) for key in keys)
    signed = any(constant_time_compare(signature, one) for one in expected)
    return signed and int(expires) > time.time()


def share_pass(share_id: uuid.UUID, until: datetime) -> str:
    """The query that opens the image of a shared link: for SHARE_PASS seconds, and never past
    `until`. Whether the link itself is still alive is asked at every request
    (gallery.services.shares)."""
    expires = str(min(int(time.time()) + SHARE_PASS, int(until.timestamp())))
    return f"e={expires}&s={_signature('share', share_id, expires, '')}"  # no container's name


def share_pass_is_valid(share_id: uuid.UUID, expires: str, signature: str) -> bool:
    """Was this pass signed by us for this link, and is it still alive?"""
    stamped = expires.isascii() and expires.isdigit() and len(expires) <= 12
    return stamped and signed_path_is_valid("share", share_id, expires, "", signature)


def path_linker(container: str):
    """`link(name, filename=None)`: signed paths on this server; what a request's paths have in
    common is made once. With a file name, a download of that name."""
    expires, key = str(expiry()), _key(settings.SECRET_KEY)
    path = _path(container, get_script_prefix())

    def link(name, filename=None):
        signature = _signed(key, f"{container}\n{name}\n{expires}\n{filename or ''}")
        download = f"&n={quote_plus(filename)}" if filename else ""
        return f"{path}{quote(name)}?e={expires}&s={signature}{download}"

    return link
