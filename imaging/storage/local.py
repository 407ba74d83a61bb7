"""One container as a folder: the embedded default."""

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.utils.deconstruct import deconstructible

from .names import new_id
from .signing import path_linker


@deconstructible
class LocalContainer(FileSystemStorage):
    BLOCK = 512 * 1024  # bytes: a ZIP of Django's blocks of 64 KiB is all overhead

    def __init__(self, container):
        self.container = container
        # For nobody else, but for nginx where it sends the files: it is in the folder's group.
        file, folder = (0o640, 0o750) if settings.MEDIA_ACCEL else (0o600, 0o700)
        super().__init__(
            location=Path(settings.DERMAAI_DATA) / "media" / container,
            file_permissions_mode=file,
            directory_permissions_mode=folder,
        )

    def url(self, name, filename=None):
        """A signed path on this server. With `filename`, a download of that name."""
        return self.linker()(name, filename)

    def linker(self):
        """`url` of one request: what its URLs have in common is made once."""
        return path_linker(self.container)

    def replace(self, name, content):
        part = f"{name}.{new_id()}.part"  # reconcile removes one that a killed process left
        try:
            self.save(part, content)
            os.replace(self.path(part), self.path(name))
        except OSError:
            with suppress(OSError):  # a full disk is not to keep what did not fit
                self.delete(part)
            raise

    def discard(self, name):
        self.delete(name)

    def chunks(self, name):
        with self.open(name) as blob:
            yield from blob.chunks(self.BLOCK)

    def blobs(self):
        """(name, last change) of every blob."""
        for path in Path(self.location).rglob("*"):
            if path.is_file():
                changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                yield path.relative_to(self.location).as_posix(), changed
