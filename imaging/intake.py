"""Bytes in, photograph out: limits, hash, antivirus, decoding. Refusals have codes.

    photo = intake.read(upload)      # or ImageRefused, and then nothing was kept

The bytes are only parsed in another process (imaging.decoding).
"""

import hashlib
import os
from collections.abc import Iterator
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
    """An accepted file: the upload itself, its size in bytes, the SHA-256 of its bytes, and the
    result of decoding."""

    original: File
    size: int
    sha256: str
    found: Decoded


def read(upload: File | None) -> Photo:
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
        # Hashed before anything else reads the bytes; decoders get them read-only.
        digest = hashlib.file_digest(file, "sha256")
        antivirus.scan(file)
        found = decoders().decode(file)
    upload.seek(0)
    return Photo(original=upload, size=size, sha256=digest.hexdigest(), found=found)


@contextmanager
def _on_disk(upload: File) -> Iterator[Path]:
    """The path of the upload: its own file, or a temporary copy."""
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


def _too_large() -> ImageRefused:
    return ImageRefused("file_too_large", limit=file_size(settings.MAX_UPLOAD_SIZE))
