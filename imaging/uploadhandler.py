from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler

from .errors import StorageUnavailable


class LargeChunkUploadHandler(TemporaryFileUploadHandler):
    """Writes every upload to a file from its first byte, so that a photograph is never in the
    memory of the web process. 1 MiB at a time: each chunk costs a read of the socket and a search
    for the boundary, and a photograph has a hundred of Django's 64 KiB.

    A file larger than MAX_UPLOAD_SIZE is cut one byte past it, which makes intake refuse it: a form
    is read before its sender is authenticated, and a stranger must not fill the disk.

    Raises StorageUnavailable where the file cannot be written, mostly for a full disk.
    """

    chunk_size = 2**20

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        FileUploadHandler.new_file(self, *args, **kwargs)
        # Not under its own name: an extension may be too long for the file system.
        with _storage_errors():
            self.file = TemporaryUploadedFile(
                "upload", self.content_type, 0, self.charset, self.content_type_extra
            )
        self.file.name = self.file_name
        self.remaining = settings.MAX_UPLOAD_SIZE + 1

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.remaining:
            kept = raw_data[: self.remaining]
            self.remaining -= len(kept)
            with _storage_errors():
                self.file.write(kept)

    def file_complete(self, file_size: int) -> UploadedFile | None:
        with _storage_errors():  # its last bytes are written now
            return super().file_complete(file_size)


@contextmanager
def _storage_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageUnavailable("uploads") from error
