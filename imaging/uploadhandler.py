from django.core.files.uploadhandler import TemporaryFileUploadHandler


class FileInLargePieces(TemporaryFileUploadHandler):
    """Every upload is a file from its first byte: a photograph is never in the web process's
    memory. Read 1 MiB at a time: each piece costs a read of the socket and a search for the
    boundary, and of Django's 64 KiB a photograph has a hundred."""

    chunk_size = 2**20
