from django.core.files.uploadhandler import TemporaryFileUploadHandler

from .errors import StorageUnavailable


class FileInLargePieces(TemporaryFileUploadHandler):
    """Every upload is a file from its first byte: a photograph is never in the web process's
    memory. Read 1 MiB at a time: each piece costs a read of the socket and a search for the
    boundary, and of Django's 64 KiB a photograph has a hundred."""

    chunk_size = 2**20

    def new_file(self, *args, **kwargs):
        try:
            super().new_file(*args, **kwargs)
        except OSError as error:
            raise StorageUnavailable("uploads") from error

    def receive_data_chunk(self, raw_data, start):
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError as error:  # a full disk, most of all
            raise StorageUnavailable("uploads") from error
