"""Storing, reading and deleting blobs, on whichever back end the three containers have."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from tempfile import NamedTemporaryFile

from azure.core.exceptions import AzureError
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import storages
from django.db import InterfaceError, OperationalError

from core import metrics
from imaging.errors import StorageUnavailable

logger = logging.getLogger(__name__)

OUTAGES = (AzureError, OSError)


@contextmanager
def storing(blobs: Iterable[tuple[str, str, File]]) -> Iterator[list[str]]:
    """Store (container, name, content) of each under its new name; yields the names, for the rows
    that are written within. Where those are not, the blobs are deleted again.

    Raises StorageUnavailable. After a lost connection to the database the blobs stay: the row may
    have been committed, and needs them; if not, `reconcile` removes them.
    """
    stored: list[tuple[str, str]] = []
    try:
        for container, name, content in blobs:
            stored.append((container, name))
            put(container, name, content)
        yield [name for _container, name in stored]
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        discard(stored)
        raise


def put(container: str, name: str, content: File) -> str:
    """Store a file under a name that is new. Returns the name; raises StorageUnavailable.

    An upload that lies on disk is moved, not copied, where the file system allows it.
    """
    with _in_our_words(container):
        return storages[container].save(name, content)


def replace(container: str, name: str, content: File) -> None:
    """Store a file under a name that may be taken; who reads meanwhile gets the one or the other
    whole. Raises StorageUnavailable."""
    with _in_our_words(container):
        storages[container].replace(name, content)


@contextmanager
def passing_file():
    """An empty file in the folder of uploads, gone afterwards. Raises StorageUnavailable: when it
    is closed too, for a full disk may not be noticed before."""
    try:
        with NamedTemporaryFile(suffix=".upload", dir=settings.FILE_UPLOAD_TEMP_DIR) as file:
            yield file
    except OSError as error:
        raise StorageUnavailable("uploads") from error


def fetch(container: str, name: str, file) -> None:
    """Write a blob into an open file. Raises FileNotFoundError, or StorageUnavailable."""
    with _in_our_words(container, missing=True):
        for chunk in chunks(container, name):
            file.write(chunk)
        file.flush()


def stream(container: str, name: str):
    """`chunks`, the first of them read already: FileNotFoundError or StorageUnavailable come
    before an answer has begun."""
    pieces = chunks(container, name)
    with _in_our_words(container, missing=True):
        first = next(pieces, b"")
    return chain([first], pieces)


@contextmanager
def _in_our_words(container, *, missing=False):
    """What the back ends raise, in our words: StorageUnavailable, or with `missing`, where a blob
    may not be there, FileNotFoundError."""
    try:
        yield
    except OUTAGES as error:
        if missing and isinstance(error, FileNotFoundError):
            raise FileNotFoundError(container) from error
        metrics.STORAGE_ERRORS.labels(container).inc()
        raise StorageUnavailable(container) from error


def delete(container: str, name: str) -> None:
    """Delete a blob; one that is gone is fine. Raises StorageUnavailable."""
    with _in_our_words(container):
        storages[container].delete(name)


def discard(stored) -> None:
    """Delete what a failed upload has stored, [(container, name), …]. Whoever uploaded waits
    meanwhile: it is tried once, and at the first refusal the rest is left to `reconcile`."""
    try:
        for container, name in stored:
            storages[container].discard(name)
    except OUTAGES:
        metrics.STORAGE_ERRORS.labels(container).inc()
        logger.warning("blobs of a failed upload stay for reconcile to remove")


def exists(container: str, name: str) -> bool:
    """A round trip: never for a page. Raises StorageUnavailable."""
    with _in_our_words(container):
        return storages[container].exists(name)


def blobs(container: str):
    """(name, last change) of every blob. Raises StorageUnavailable."""
    with _in_our_words(container):
        yield from storages[container].blobs()


def chunks(container: str, name: str):
    """The bytes of a blob, 512 KiB to 4 MiB at a time. Opened when the first chunk is asked, and
    then raises FileNotFoundError, or one of OUTAGES."""
    return storages[container].chunks(name)


def linker(container: str):
    """`link(name, filename=None)`: signed URLs of one container, for a request's list of them."""
    return storages[container].linker()
