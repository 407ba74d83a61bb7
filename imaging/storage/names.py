"""The names of blobs, and the content type and disposition each is served with."""

from datetime import UTC
from pathlib import Path

from django.utils import timezone
from django.utils.http import content_disposition_header

from core.ids import new_id

MEDIA_TYPES = {
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".heic": "image/heic",
    ".heif": "image/heif",
}


def new_stem() -> str:
    """A new name for a picture's blobs, without extension: never derived from a file name."""
    return f"{timezone.now().astimezone(UTC):%Y%m%dT%H%M%S}_{new_id()}"


def disposition(container: str, filename: str | None) -> str:
    """The Content-Disposition of a blob: originals are always downloads, renditions are shown
    inline unless a `filename` is given."""
    attachment = container == "originals" or filename is not None
    return content_disposition_header(attachment, filename or "") or "inline"


def media_type(name: str) -> str:
    """The content type of a blob, from the extension that intake gave it."""
    return MEDIA_TYPES.get(Path(name).suffix, "application/octet-stream")
