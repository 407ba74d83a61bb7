"""Secrets from the environment that can be rotated: the first one is used, all are accepted."""

import hashlib

from django.conf import settings


def keyring(name: str) -> list[str]:
    """[current secret, former ones …] for a purpose such as "AUDIT_KEY": its own setting and
    `<name>_FALLBACKS`; where the setting is empty, `SECRET_KEY` and all fallbacks."""
    former = getattr(settings, f"{name}_FALLBACKS")
    if own := getattr(settings, name):
        return list(dict.fromkeys([own, *former]))
    return list(dict.fromkeys([settings.SECRET_KEY, *former, *settings.SECRET_KEY_FALLBACKS]))


def key_id(secret: str) -> str:
    """8 hexadecimal digits that identify a secret without revealing it."""
    return hashlib.sha256(b"core.keys" + secret.encode()).hexdigest()[:8]
