"""One container as a folder: the embedded default."""

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible

from .names import new_id
from .signing import UrlSigner, path_signer


@deconstructible
class LocalContainer(FileSystemStorage):
    """A folder under DERMAAI_DATA/media."""

    BLOCK = 512 * 1024  # bytes: with Django's 64 KiB, streaming a ZIP is mostly overhead

    def __init__(self, container: str) -> None:
        self.container = container
        # Readable by nobody else, except nginx (in the folder's group) where it sends the files.
        file_mode, folder_mode = (0o640, 0o750) if settings.MEDIA_ACCEL else (0o600, 0o700)
        super().__init__(
            location=Path(settings.DERMAAI_DATA) / "media" / container,
            file_permissions_mode=file_mode,
            directory_permissions_mode=folder_mode,
        )

    def url(self, name: str, filename: str | None = None) -> str:  # type: ignore[override]
        """A signed path on this server. With `filename`, a download under that name."""
        return self.url_signer()(name, filename)

    def url_signer(self) -> UrlSigner:
        """`url` for many blobs of one request: what the URLs have in common is computed once."""
        return path_signer(self.container)

    def replace(self, name: str, content: File) -> None:
        """Store a file atomically under a name that may be taken. Raises OSError."""
        part = f"{name}.{new_id()}.part"  # reconcile removes it if the process is killed
        try:
            self.save(part, content)
            os.replace(self.path(part), self.path(name))
        except OSError:
            with suppress(OSError):  # free what was written when the disk was full
                self.delete(part)
            raise

    def discard(self, name: str) -> None:
        """Delete what a failed upload left."""
        self.delete(name)

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a blob in blocks. Raises FileNotFoundError."""
        with self.open(name) as blob:
            yield from blob.chunks(self.BLOCK)

    def blobs(self) -> Iterator[tuple[str, datetime]]:
        """(name, last change) of every blob."""
        for path in Path(self.location).rglob("*"):
            if path.is_file():
                changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                yield path.relative_to(self.location).as_posix(), changed
