from contextlib import contextmanager

from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler

from .errors import StorageUnavailable


class FileInLargePieces(TemporaryFileUploadHandler):
    """Every upload is a file from its first byte: a photograph is never in the web process's
    memory. Read 1 MiB at a time: each piece costs a read of the socket and a search for the
    boundary, and of Django's 64 KiB a photograph has a hundred.

    Of a file past MAX_UPLOAD_SIZE one byte more is kept, by which intake refuses it: a form is read
    before anybody asks who sent it, and a stranger shall not fill the disk.

    Raises StorageUnavailable where the file cannot be written: on a full disk, most of all.
    """

    chunk_size = 2**20

    def new_file(self, *args, **kwargs):
        FileUploadHandler.new_file(self, *args, **kwargs)
        # Without its name: an extension may be longer than a file system takes.
        with _told():
            self.file = TemporaryUploadedFile(
                "upload", self.content_type, 0, self.charset, self.content_type_extra
            )
        self.file.name = self.file_name
        self.room = settings.MAX_UPLOAD_SIZE + 1

    def receive_data_chunk(self, raw_data, start):
        if self.room:
            kept = raw_data[: self.room]
            self.room -= len(kept)
            with _told():
                self.file.write(kept)

    def file_complete(self, file_size):
        with _told():  # its last bytes are written now
            return super().file_complete(file_size)


@contextmanager
def _told():
    try:
        yield
    except OSError as error:
        raise StorageUnavailable("uploads") from error
