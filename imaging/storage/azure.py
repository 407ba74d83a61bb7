"""One container of an Azure Blob account (or of its emulator), as a back end of
imaging.storage."""

import logging
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Lock
from time import monotonic
from typing import Any
from urllib.parse import quote

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.blob import (
    BlobSasPermissions,
    BlobServiceClient,
    ExponentialRetry,
    StorageErrorCode,
    UserDelegationKey,
    generate_blob_sas,
)
from django.conf import settings
from django.core.files.base import File
from django.utils.deconstruct import deconstructible
from storages.backends.azure_storage import AzureStorage

from imaging.errors import StorageUnavailable

from .names import disposition, media_type
from .signing import UrlSigner, expiry

logger = logging.getLogger(__name__)

# Seconds, for one request that somebody is waiting for.
QUICK_REQUEST = {"connection_timeout": 2, "read_timeout": 2, "retry_total": 0}


class RetryOnce(ExponentialRetry):
    """Sends a request that failed quickly once more, a second later, but not one that took long:
    an upload to an account that is down fails after one set of timeouts."""

    LONG = 6  # seconds

    def __init__(self) -> None:
        super().__init__(1, increment_base=0, random_jitter_range=0.5, retry_total=1)

    def configure_retries(self, request: Any) -> dict[str, Any]:
        return super().configure_retries(request) | {"started": monotonic()}

    def increment(self, settings: dict[str, Any], *args: Any, **kwargs: Any) -> bool:
        in_time = monotonic() - settings["started"] < self.LONG
        return super().increment(settings, *args, **kwargs) and in_time


@deconstructible
class AzureContainer(AzureStorage):
    """django-storages' container with timeouts, one SAS per blob and managed identity."""

    CONNECT_TIMEOUT, READ_TIMEOUT = 4, 8  # seconds; with the SDK's defaults it hangs for 88
    BLOCK = 4 * 1024 * 1024  # bytes: keeps memory flat in both directions
    # The user delegation key that signs under managed identity, and when it is renewed.
    KEY_LIFETIME, KEY_RENEWAL, KEY_RETRY = (
        timedelta(days=1),
        timedelta(hours=12),
        timedelta(minutes=1),
    )
    CLOCK_SKEW = timedelta(minutes=15)  # tolerated between our clock and Azure's

    def __init__(self, container: str) -> None:
        self.container = container
        self._lock = Lock()
        self._key: UserDelegationKey | None = None
        self._key_expires = self._key_renewal_due = datetime.min.replace(tzinfo=UTC)
        credential = None
        if not (settings.AZURE_STORAGE_CONNECTION_STRING or settings.AZURE_STORAGE_ACCOUNT_KEY):
            from azure.identity import DefaultAzureCredential

            credential = DefaultAzureCredential()
        super().__init__(
            azure_container=settings.AZURE_CONTAINER_PREFIX + container,
            connection_string=settings.AZURE_STORAGE_CONNECTION_STRING or None,
            account_name=settings.AZURE_STORAGE_ACCOUNT_NAME or None,
            account_key=settings.AZURE_STORAGE_ACCOUNT_KEY or None,
            token_credential=credential,
            expiration_secs=settings.SIGNED_URL_TTL,
            overwrite_files=True,  # names are random: no round trip to look for a clash
        )

    def _get_service_client(self) -> BlobServiceClient:
        # django-storages ignores client options when there is a connection string.
        options: dict[str, Any] = {
            "connection_timeout": self.CONNECT_TIMEOUT,
            "read_timeout": self.READ_TIMEOUT,
            "retry_policy": RetryOnce(),
            "max_block_size": self.BLOCK,
            "max_single_put_size": self.BLOCK,
            "max_single_get_size": self.BLOCK,
            "max_chunk_get_size": self.BLOCK,
        }
        if self.connection_string:
            return BlobServiceClient.from_connection_string(self.connection_string, **options)
        return BlobServiceClient(
            f"{self.azure_protocol}://{self.account_name}.blob.core.windows.net",
            credential=self.account_key or self.token_credential,
            **options,
        )

    def _get_content_settings_parameters(
        self, name: str, content: File | None = None
    ) -> dict[str, str]:
        # Ours, not what the client's header claimed, which django-storages would keep.
        return {
            "content_type": media_type(name),
            "content_disposition": disposition(self.container, None),
        }

    def url(self, name: str, filename: str | None = None) -> str:
        """A read-only SAS of one blob. With `filename`, a download under that name. Raises
        StorageUnavailable."""
        return self.url_signer()(name, filename)

    def url_signer(self) -> UrlSigner:
        """`url` for many blobs of one request: what the URLs have in common is computed once.
        Raises StorageUnavailable where managed identity has no key to sign with."""
        expires_at = datetime.fromtimestamp(expiry(), UTC)
        root = self.client.url
        common: dict[str, Any] = {
            "account_name": self.account_name,
            "container_name": self.azure_container,
            "account_key": self.account_key,
            "user_delegation_key": self.get_user_delegation_key(expires_at),
            "permission": BlobSasPermissions(read=True),
            "expiry": expires_at,
            # The least time that a URL is valid, and the same for all URLs signed alike.
            "cache_control": f"private, max-age={max(1, settings.SIGNED_URL_TTL // 2)}",
        }
        if root.startswith("https:"):  # the emulator only speaks HTTP
            common["protocol"] = "https"

        def sign(name: str, filename: str | None = None) -> str:
            sas = generate_blob_sas(
                blob_name=name,
                content_disposition=disposition(self.container, filename),
                content_type=media_type(name),
                **common,
            )
            return f"{root}/{quote(name)}?{sas}"

        return sign

    def get_user_delegation_key(self, expiry: datetime) -> UserDelegationKey | None:
        """The key that signs until `expiry` on behalf of a managed identity; None where the
        account's own key signs. It is renewed long before it expires; while renewal fails, the
        current one stays in use. Raises StorageUnavailable where that one is too old."""
        if self.account_key or self.token_credential is None:
            return None
        with self._lock:
            now = datetime.now(UTC)
            if now >= self._key_renewal_due or expiry > self._key_expires:
                try:
                    self._key = self.service_client.get_user_delegation_key(
                        key_start_time=now - self.CLOCK_SKEW,
                        key_expiry_time=now + self.KEY_LIFETIME,
                    )
                except (AzureError, OSError) as error:
                    if expiry > self._key_expires:
                        raise StorageUnavailable(self.container) from error
                    logger.warning("user delegation key not renewed: %s", type(error).__name__)
                    self._key_renewal_due = now + self.KEY_RETRY
                else:
                    self._key_expires = now + self.KEY_LIFETIME
                    self._key_renewal_due = now + self.KEY_RENEWAL
            return self._key

    def replace(self, name: str, content: File) -> None:
        """Store a file under a name that may be taken."""
        self.save(name, content)  # atomic: a blob changes once its block list is committed

    def discard(self, name: str) -> None:
        """Delete what a failed upload left, with short timeouts."""
        with suppress(ResourceNotFoundError):
            self.client.delete_blob(name, **QUICK_REQUEST)

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a blob in blocks. Raises FileNotFoundError, AzureError."""
        # open().read() would download the whole blob first.
        try:
            yield from self.client.download_blob(name).chunks()
        except ResourceNotFoundError as error:
            if error.error_code == StorageErrorCode.BLOB_NOT_FOUND:
                raise FileNotFoundError(name) from error
            raise  # a missing container is not a missing blob

    def blobs(self) -> Iterator[tuple[str, datetime]]:
        """(name, last change) of every blob."""
        for blob in self.client.list_blobs():
            yield blob.name, blob.last_modified

    def is_public(self) -> bool | None:
        """Whether it can be read without a signature; None where there is no such container."""
        try:
            return self.client.get_container_properties().public_access is not None
        except ResourceNotFoundError:
            return None
