from contextlib import contextmanager

from django.core.files.uploadhandler import TemporaryFileUploadHandler

from .errors import StorageUnavailable


class FileInLargePieces(TemporaryFileUploadHandler):
    """Every upload is a file from its first byte: a photograph is never in the web process's
    memory. Read 1 MiB at a time: each piece costs a read of the socket and a search for the
    boundary, and of Django's 64 KiB a photograph has a hundred.

    Raises StorageUnavailable where the file cannot be written: on a full disk, most of all.
    """

    chunk_size = 2**20

    def new_file(self, *args, **kwargs):
        with _told():
            super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data, start):
        with _told():
            super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size):
        with _told():  # its last bytes are written now
            return super().file_complete(file_size)


@contextmanager
def _told():
    try:
        yield
    except OSError as error:
        raise StorageUnavailable("uploads") from error
