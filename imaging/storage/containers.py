"""Store, read and delete blobs, on whichever back end the three containers use."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from tempfile import NamedTemporaryFile
from typing import IO, Protocol, cast

from azure.core.exceptions import AzureError
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import storages
from django.db import InterfaceError, OperationalError

from core import metrics
from imaging.errors import StorageUnavailable

from .signing import UrlSigner

logger = logging.getLogger(__name__)

OUTAGES = (AzureError, OSError)


class _Container(Protocol):
    """What this module needs of a back end (`local`, `azure`)."""

    def save(self, name: str, content: File) -> str: ...
    def replace(self, name: str, content: File) -> None: ...
    def delete(self, name: str) -> None: ...
    def discard(self, name: str) -> None: ...
    def exists(self, name: str) -> bool: ...
    def chunks(self, name: str) -> Iterator[bytes]: ...
    def blobs(self) -> Iterator[tuple[str, datetime]]: ...
    def url_signer(self) -> UrlSigner: ...


def _container(name: str) -> _Container:
    return cast(_Container, storages[name])


@contextmanager
def storing(blobs: Iterable[tuple[str, str, File]]) -> Iterator[list[str]]:
    """Store each (container, name, content) under its new name and yield the names, for the rows
    written in the block. If the block fails, the blobs are deleted again.

    Raises StorageUnavailable. After a lost database connection the blobs stay: the row may have
    been committed and need them; if not, `reconcile` removes them.
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
    """Store a file under a new name. Returns the name; raises StorageUnavailable.

    An upload on disk is moved, not copied, where the file system allows it.
    """
    with _translated_errors(container):
        return _container(container).save(name, content)


def replace(container: str, name: str, content: File) -> None:
    """Store a file under a name that may be taken; a concurrent reader gets either file complete.
    Raises StorageUnavailable."""
    with _translated_errors(container):
        _container(container).replace(name, content)


@contextmanager
def temporary_file() -> Iterator[IO[bytes]]:
    """An empty file in the upload folder, deleted afterwards. Raises StorageUnavailable, on closing
    too: a full disk may not show before."""
    try:
        with NamedTemporaryFile(suffix=".upload", dir=settings.FILE_UPLOAD_TEMP_DIR) as file:
            yield file
    except OSError as error:
        raise StorageUnavailable("uploads") from error


def fetch(container: str, name: str, file: IO[bytes]) -> None:
    """Write a blob into an open file. Raises FileNotFoundError, or StorageUnavailable."""
    with _translated_errors(container, missing=True):
        for chunk in chunks(container, name):
            file.write(chunk)
        file.flush()


def stream(container: str, name: str) -> Iterator[bytes]:
    """`chunks`, with the first already read: raises FileNotFoundError or StorageUnavailable before
    a response has begun."""
    blob_chunks = chunks(container, name)
    with _translated_errors(container, missing=True):
        first = next(blob_chunks, b"")
    return chain([first], blob_chunks)


@contextmanager
def _translated_errors(container: str, *, missing: bool = False) -> Iterator[None]:
    """Turns what the back ends raise into StorageUnavailable; with `missing`, a blob that does not
    exist stays FileNotFoundError."""
    try:
        yield
    except OUTAGES as error:
        if missing and isinstance(error, FileNotFoundError):
            raise FileNotFoundError(container) from error
        metrics.STORAGE_ERRORS.labels(container).inc()
        raise StorageUnavailable(container) from error


def delete(container: str, name: str) -> None:
    """Delete a blob; one that does not exist is fine. Raises StorageUnavailable."""
    with _translated_errors(container):
        _container(container).delete(name)


def discard(stored: Iterable[tuple[str, str]]) -> None:
    """Delete what a failed upload has stored, (container, name) each. The user is waiting: each is
    tried once, and after the first failure the rest is left to `reconcile`."""
    try:
        for container, name in stored:
            _container(container).discard(name)
    except OUTAGES:
        metrics.STORAGE_ERRORS.labels(container).inc()
        logger.warning("blobs of a failed upload are left for reconcile to remove")


def exists(container: str, name: str) -> bool:
    """Costs a round trip: not for pages. Raises StorageUnavailable."""
    with _translated_errors(container):
        return _container(container).exists(name)


def blobs(container: str) -> Iterator[tuple[str, datetime]]:
    """(name, last change) of every blob. Raises StorageUnavailable."""
    with _translated_errors(container):
        yield from _container(container).blobs()


def chunks(container: str, name: str) -> Iterator[bytes]:
    """The bytes of a blob, 512 KiB to 4 MiB at a time. The blob is opened when the first chunk is
    read, which then raises FileNotFoundError or one of OUTAGES."""
    return _container(container).chunks(name)


def url_signer(container: str) -> UrlSigner:
    """Signs the URLs of one container, for the many blobs of one request. Raises
    StorageUnavailable on Azure where there is no key to sign with."""
    return _container(container).url_signer()
