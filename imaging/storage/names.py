"""What blobs and rows are called, and what a blob is served as."""

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
    """The name of a new picture's blobs, without extension. File names are never paths."""
    return f"{timezone.now().astimezone(UTC):%Y%m%dT%H%M%S}_{new_id()}"


def disposition(container: str, filename: str | None) -> str:
    """Originals are only ever downloads; renditions are shown unless a file name is asked."""
    attachment = container == "originals" or filename is not None
    return content_disposition_header(attachment, filename or "") or "inline"


def media_type(name: str) -> str:
    """What a blob is served as, by the extension that intake gave it."""
    return MEDIA_TYPES.get(Path(name).suffix, "application/octet-stream")
