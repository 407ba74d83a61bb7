"""Misconfiguration is a numbered system check with a hint."""

from django.conf import settings
from django.core.checks import Error, register

MAX_TTL = 3600


@register()
def signed_urls_are_short_lived(app_configs, **kwargs):
    ttl = settings.SIGNED_URL_TTL
    if isinstance(ttl, int) and 0 < ttl <= MAX_TTL:
        return []
    return [
        Error(
            f"SIGNED_URL_TTL is {ttl!r}.",
            hint=f"Seconds, from 1 to {MAX_TTL}: a signed URL is a key to a medical picture.",
            id="imaging.E001",
        )
    ]


@register()
def containers_are_apart(app_configs, **kwargs):
    places = {str(settings.STORAGES[name]["OPTIONS"]["container"]) for name in settings.CONTAINERS}
    if len(places) == len(settings.CONTAINERS):
        return []
    return [
        Error(
            "Two of the containers are the same.",
            hint="originals, processed and thumbnails each need their own.",
            id="imaging.E002",
        )
    ]
