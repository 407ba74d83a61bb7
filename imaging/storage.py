"""Where blobs live, who may fetch them, for how long. Nothing else signs or names a blob.

Three private containers (`originals`, `processed`, `thumbnails`), one Django storage alias each,
on Azure Blob (imaging.azure_container) or, by default, in folders under DERMAAI_DATA/media.
`url()` is always signed and dies within SIGNED_URL_TTL seconds: on Azure a read-only SAS of one
blob, here a signed path.
"""

import hashlib
import hmac
import logging
import os
import time
import uuid
from base64 import urlsafe_b64encode
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import quote, quote_plus

from azure.core.exceptions import AzureError
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, storages
from django.urls import get_script_prefix, reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.deconstruct import deconstructible
from django.utils.http import content_disposition_header

from core import metrics

from .errors import StorageUnavailable

logger = logging.getLogger(__name__)

OUTAGES = (AzureError, OSError)
SHARE_PASS = 300  # seconds
MEDIA_TYPES = {
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".heic": "image/heic",
    ".heif": "image/heif",
}


def new_id() -> uuid.UUID:
    """The key of a row that is named to the outside: it tells nothing and cannot be guessed."""
    return uuid.uuid4()


def new_stem() -> str:
    """The name of a new picture's blobs, without extension. File names are never paths."""
    return f"{timezone.now().astimezone(UTC):%Y%m%dT%H%M%S}_{new_id()}"


def put(container: str, name: str, content: File) -> str:
    """Store a file under a name that is new. Returns the name; raises StorageUnavailable.

    An upload that lies on disk is moved, not copied, where the file system allows it.
    """
    with _told(container):
        return storages[container].save(name, content)


def replace(container: str, name: str, content: File) -> None:
    """Store a file under a name that may be taken; who reads meanwhile gets the one or the other
    whole. Raises StorageUnavailable."""
    with _told(container):
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
    with _told(container, missing=True):
        for chunk in chunks(container, name):
            file.write(chunk)
        file.flush()


def stream(container: str, name: str):
    """`chunks`, the first of them read already: FileNotFoundError or StorageUnavailable come
    before an answer has begun."""
    pieces = chunks(container, name)
    with _told(container, missing=True):
        first = next(pieces, b"")
    return chain([first], pieces)


@contextmanager
def _told(container, *, missing=False):
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
    with _told(container):
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
    with _told(container):
        return storages[container].exists(name)


def blobs(container: str):
    """(name, last change) of every blob. Raises StorageUnavailable."""
    with _told(container):
        yield from storages[container].blobs()


def chunks(container: str, name: str):
    """The bytes of a blob, 512 KiB to 4 MiB at a time. Opened when the first chunk is asked, and
    then raises FileNotFoundError, or one of OUTAGES."""
    return storages[container].chunks(name)


def linker(container: str):
    """`link(name, filename=None)`: signed URLs of one container, for a request's list of them."""
    return storages[container].linker()


def expiry() -> int:
    """When a URL signed now dies (Unix seconds): TTL / 2 to TTL from now.

    In steps of half the TTL, so that a page shown twice names a picture by one URL and the
    browser's cache answers.
    """
    step = max(1, settings.SIGNED_URL_TTL // 2)
    return (int(time.time()) // step + 2) * step


def disposition(container: str, filename: str | None) -> str:
    """Originals are only ever downloads; renditions are shown unless a file name is asked."""
    attachment = container == "originals" or filename is not None
    return content_disposition_header(attachment, filename or "") or "inline"


def media_type(name: str) -> str:
    """What a blob is served as, by the extension that intake gave it."""
    return MEDIA_TYPES.get(Path(name).suffix, "application/octet-stream")


@lru_cache(maxsize=8)
def _key(secret):
    # As django.core.signing.Signer(salt="imaging.media") derives it, but once a process: a page of
    # images has hundreds of signatures.
    return hashlib.sha256(b"imaging.mediasigner" + secret.encode()).digest()


def _signature(container, name, expires, filename, secret=None):
    key = _key(secret or settings.SECRET_KEY)
    return _signed(key, f"{container}\n{name}\n{expires}\n{filename}")


def _signed(key, told):
    return urlsafe_b64encode(hmac.digest(key, told.encode(), "sha256")).decode().rstrip("=")


@lru_cache(maxsize=16)
def _path(container, script_prefix):
    return reverse("media", args=[container, "-"]).removesuffix("-")


def signed_path_is_valid(container, name, expires, filename, signature) -> bool:
    """Was this path signed by us, and is it still alive?"""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]  # exchanged a moment ago
    expected = (_signature(container, name, expires, filename, key) for key in keys)
    signed = any(constant_time_compare(signature, one) for one in expected)
    return signed and int(expires) > time.time()


def share_pass(share_id: uuid.UUID, until: datetime) -> str:
    """The query that opens the image of a shared link: for SHARE_PASS seconds, and never past
    `until`. Whether the link itself is still alive is asked at every request (gallery.sharing)."""
    expires = str(min(int(time.time()) + SHARE_PASS, int(until.timestamp())))
    return f"e={expires}&s={_signature('share', share_id, expires, '')}"  # no container's name


def share_pass_is_valid(share_id: uuid.UUID, expires: str, signature: str) -> bool:
    """Was this pass signed by us for this link, and is it still alive?"""
    stamped = expires.isascii() and expires.isdigit() and len(expires) <= 12
    return stamped and signed_path_is_valid("share", share_id, expires, "", signature)


@deconstructible
class LocalContainer(FileSystemStorage):
    """One container as a folder of the embedded default."""

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
        container, expires, key = self.container, str(expiry()), _key(settings.SECRET_KEY)
        path = _path(container, get_script_prefix())

        def link(name, filename=None):
            signature = _signed(key, f"{container}\n{name}\n{expires}\n{filename or ''}")
            download = f"&n={quote_plus(filename)}" if filename else ""
            return f"{path}{quote(name)}?e={expires}&s={signature}{download}"

        return link

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
