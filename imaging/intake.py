"""Bytes in, photograph out: limits, hash, antivirus, and what decoding finds. Coded refusals.

    photo = intake.read(upload)      # or ImageRefused, and then nothing was kept

The bytes are looked at by another process only (imaging.decoding).
"""

import hashlib
import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.files.base import File

from core.templatetags.units import file_size

from . import antivirus, storage
from .decoding import Decoded
from .decoding.decoder import decoders
from .errors import ImageRefused


@dataclass(frozen=True, slots=True)
class Photo:
    """A file that passed: the upload itself, its size in bytes, the SHA-256 of its bytes, and
    what decoding found."""

    original: File
    size: int
    sha256: str
    found: Decoded


def read(upload) -> Photo:
    """Check and decode one uploaded file (a Django `File`, or None).

    Raises ImageRefused with a code of SPEC §5, AntivirusUnavailable, DecoderUnavailable,
    or StorageUnavailable where there is no room for a copy.
    """
    if upload is None:
        raise ImageRefused("missing_file")
    with _on_disk(upload) as path, path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size > settings.MAX_UPLOAD_SIZE:
            raise _too_large()
        if not size:
            raise ImageRefused("empty_file")
        # Before anyone else has seen the bytes; and a decoder is given them to read only.
        digest = hashlib.file_digest(file, "sha256")
        antivirus.scan(file)
        found = decoders().decode(file)
    upload.seek(0)
    return Photo(original=upload, size=size, sha256=digest.hexdigest(), found=found)


@contextmanager
def _on_disk(upload):
    """Where the upload lies: its own file, or a passing copy."""
    if hasattr(upload, "temporary_file_path"):
        upload.flush()
        yield Path(upload.temporary_file_path())
        return
    with storage.temporary_file() as copy:
        for chunk in upload.chunks():
            copy.write(chunk)
            if copy.tell() > settings.MAX_UPLOAD_SIZE:
                raise _too_large()
        copy.flush()
        yield Path(copy.name)


def _too_large():
    return ImageRefused("file_too_large", limit=file_size(settings.MAX_UPLOAD_SIZE))
