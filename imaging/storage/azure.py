"""One container of an Azure Blob account (or of its emulator): what imaging.storage asks of a
back end."""

import logging
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Lock
from time import monotonic
from urllib.parse import quote

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.blob import (
    BlobSasPermissions,
    BlobServiceClient,
    ExponentialRetry,
    StorageErrorCode,
    generate_blob_sas,
)
from django.conf import settings
from django.utils.deconstruct import deconstructible
from storages.backends.azure_storage import AzureStorage

from imaging.errors import StorageUnavailable

from .names import disposition, media_type
from .signing import expiry

logger = logging.getLogger(__name__)

HURRY = {"connection_timeout": 2, "read_timeout": 2, "retry_total": 0}  # seconds; of one request


class OneMoreTry(ExponentialRetry):
    """A request that failed quickly is sent once more, a second later; one that took long is not:
    whoever uploads waits for an account that is gone no longer than for its timeouts."""

    LONG = 6  # seconds

    def __init__(self):
        super().__init__(1, increment_base=0, random_jitter_range=0.5, retry_total=1)

    def configure_retries(self, request):
        return super().configure_retries(request) | {"began": monotonic()}

    def increment(self, settings, *args, **kwargs):
        in_time = monotonic() - settings["began"] < self.LONG
        return super().increment(settings, *args, **kwargs) and in_time


@deconstructible
class AzureContainer(AzureStorage):
    CONNECT_TIMEOUT, READ_TIMEOUT = 4, 8  # seconds; the SDK's own hang for 88
    BLOCK = 4 * 1024 * 1024  # bytes: flat memory up and down
    # A user delegation key, in whose name managed identity signs, and when it is renewed.
    KEY_LIFE, KEY_RENEWAL, KEY_RETRY = timedelta(days=1), timedelta(hours=12), timedelta(minutes=1)
    SKEW = timedelta(minutes=15)  # of our clock against Azure's

    def __init__(self, container):
        self.container = container
        self._lock, self._key, self._key_dies = Lock(), None, datetime.min.replace(tzinfo=UTC)
        self._key_due = self._key_dies
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
            overwrite_files=True,  # names are random: no round trip to look for a namesake
        )

    def _get_service_client(self):
        # django-storages drops client options when there is a connection string.
        options = {
            "connection_timeout": self.CONNECT_TIMEOUT,
            "read_timeout": self.READ_TIMEOUT,
            "retry_policy": OneMoreTry(),
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

    def _get_content_settings_parameters(self, name, content=None):
        # Not what the client's header said of an upload, which django-storages would keep.
        return {
            "content_type": media_type(name),
            "content_disposition": disposition(self.container, None),
        }

    def url(self, name, filename=None):
        """A read-only SAS of one blob. With `filename`, a download of that name."""
        return self.linker()(name, filename)

    def linker(self):
        """`url` of one request: what its URLs have in common is made once. Raises
        StorageUnavailable where managed identity has no key to sign with."""
        dies = datetime.fromtimestamp(expiry(), UTC)
        root = self.client.url
        common = {
            "account_name": self.account_name,
            "container_name": self.azure_container,
            "account_key": self.account_key,
            "user_delegation_key": self.get_user_delegation_key(dies),
            "permission": BlobSasPermissions(read=True),
            "expiry": dies,
            # As long as every URL lives; it is the same for all that are signed alike.
            "cache_control": f"private, max-age={max(1, settings.SIGNED_URL_TTL // 2)}",
        }
        if root.startswith("https:"):  # the emulator speaks HTTP only
            common["protocol"] = "https"

        def link(name, filename=None):
            sas = generate_blob_sas(
                blob_name=name,
                content_disposition=disposition(self.container, filename),
                content_type=media_type(name),
                **common,
            )
            return f"{root}/{quote(name)}?{sas}"

        return link

    def get_user_delegation_key(self, expiry):
        """The key that signs until `expiry` in the name of a managed identity; None where the
        account's own key does. It is renewed long before it dies, and while that fails the one
        at hand goes on."""
        if self.account_key or self.token_credential is None:
            return None
        with self._lock:
            now = datetime.now(UTC)
            if now >= self._key_due or expiry > self._key_dies:
                try:
                    self._key = self.service_client.get_user_delegation_key(
                        key_start_time=now - self.SKEW, key_expiry_time=now + self.KEY_LIFE
                    )
                except (AzureError, OSError) as error:
                    if expiry > self._key_dies:
                        raise StorageUnavailable(self.container) from error
                    logger.warning("no new user delegation key: %s", type(error).__name__)
                    self._key_due = now + self.KEY_RETRY
                else:
                    self._key_dies = now + self.KEY_LIFE
                    self._key_due = now + self.KEY_RENEWAL
            return self._key

    def replace(self, name, content):
        self.save(name, content)  # a blob changes when its last block is there, and then at once

    def discard(self, name):
        """`delete` of what a failed upload left, in a hurry."""
        with suppress(ResourceNotFoundError):
            self.client.delete_blob(name, **HURRY)

    def chunks(self, name):
        # open().read() would download the whole blob first.
        try:
            yield from self.client.download_blob(name).chunks()
        except ResourceNotFoundError as error:
            if error.error_code == StorageErrorCode.BLOB_NOT_FOUND:
                raise FileNotFoundError(name) from error
            raise  # no such container is not a picture that is gone

    def blobs(self):
        """(name, last change) of every blob."""
        for blob in self.client.list_blobs():
            yield blob.name, blob.last_modified

    def is_public(self):
        """Can anybody read it without a signature? None where there is no such container."""
        try:
            return self.client.get_container_properties().public_access is not None
        except ResourceNotFoundError:
            return None
