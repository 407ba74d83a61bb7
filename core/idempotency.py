"""What an upload through the API brings besides its fields."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ParseError

MAX_KEY = 255  # characters of an Idempotency-Key
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="A repeated upload with the same key returns the first answer.",
)


def internal_key(text):
    """A key of the product's own. It begins with a blank, which no header's value does: no client's
    key is ever one of these."""
    return f" {text}"


def idempotency_key(request):
    """The header of that name, or None. ParseError where it is too long, or where there are
    several files, which no one key could stand for."""
    if len(request.FILES.getlist("file")) > 1:
        raise ParseError(_("One file a request."))
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > MAX_KEY:
        raise ParseError(_("The Idempotency-Key is longer than 255 characters."))
    return key or None
