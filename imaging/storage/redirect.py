"""From a path of ours, which asks who it is, to a signed URL, which does not."""

from django.conf import settings
from django.http import HttpResponseRedirect

HELD = 300  # seconds


def signed_redirect(url):
    """A browser that asks again within minutes is not sent anew: the viewer preloads pictures, and
    one look is one event. Far less than the URL lives."""
    held = min(HELD, settings.SIGNED_URL_TTL // 4)
    headers = {"Cache-Control": f"private, max-age={held}"}
    return HttpResponseRedirect(url, headers=headers)
