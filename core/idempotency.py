"""The `Idempotency-Key` of an upload through the API."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ParseError
from rest_framework.request import Request

MAX_KEY = 255  # characters of an Idempotency-Key
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="A repeated upload with the same key returns the first answer.",
)


def internal_key(text: str) -> str:
    """A key for uploads that the site makes itself. It begins with a space, which no header's value
    can, so it never equals a client's key."""
    return f" {text}"


def idempotency_key(request: Request) -> str | None:
    """The value of the header, or None. Raises ParseError where it is too long, and where there are
    several files, which one key cannot stand for."""
    if len(request.FILES.getlist("file")) > 1:
        raise ParseError(_("Only one file per request."))
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > MAX_KEY:
        raise ParseError(_("The Idempotency-Key is longer than 255 characters."))
    return key or None
