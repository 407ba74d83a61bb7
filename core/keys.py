"""Secrets of the environment that can be exchanged: the first makes, each of them opens."""

import hashlib

from django.conf import settings


def keyring(name: str) -> list[str]:
    """[the one in use, former ones …] of a purpose, such as "AUDIT_KEY": its own setting and
    `<name>_FALLBACKS`; where it has none of its own, `SECRET_KEY` and its fallbacks."""
    former = getattr(settings, f"{name}_FALLBACKS")
    if own := getattr(settings, name):
        return list(dict.fromkeys([own, *former]))
    return list(dict.fromkeys([settings.SECRET_KEY, *former, *settings.SECRET_KEY_FALLBACKS]))


def key_id(secret: str) -> str:
    """8 hexadecimal digits that name a secret and tell nothing of it."""
    return hashlib.sha256(b"core.keys" + secret.encode()).hexdigest()[:8]
