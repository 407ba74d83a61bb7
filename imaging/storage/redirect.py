"""From a path of ours, which checks the user, to a signed URL, which does not."""

from django.conf import settings
from django.http import HttpResponseRedirect

CACHE_SECONDS = 300


def signed_redirect(url: str) -> HttpResponseRedirect:
    """A redirect that the browser caches for minutes, far less than the URL lives: the viewer
    preloads pictures, and showing one twice is one audit event."""
    max_age = min(CACHE_SECONDS, settings.SIGNED_URL_TTL // 4)
    headers = {"Cache-Control": f"private, max-age={max_age}"}
    return HttpResponseRedirect(url, headers=headers)
