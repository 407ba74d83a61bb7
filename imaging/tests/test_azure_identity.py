"""Managed identity: without an account key, URLs are signed with a user delegation key from Azure.

One test uses the emulator, which accepts unsigned tokens. Renewal and outages are tested with a
fake of the SDK's client.
"""

import base64
import ipaddress
import json
import time
import uuid
from datetime import UTC, datetime, timedelta
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import time_machine
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError
from azure.storage.blob import BlobServiceClient, UserDelegationKey, _shared_access_signature
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core.files.base import ContentFile

from imaging.errors import StorageUnavailable
from imaging.storage.azure import AzureContainer
from testing.backends import emulator


class FakeServiceClient:
    """The part of BlobServiceClient that AzureContainer uses; records the requests for a key."""

    def __init__(self):
        self.key_requests, self.down = [], False

    def get_container_client(self, name):
        self.url = f"https://clinic.blob.core.windows.net/{name}"
        return self

    def get_user_delegation_key(self, key_start_time, key_expiry_time):
        self.key_requests.append((key_start_time, key_expiry_time))
        if self.down:
            raise ClientAuthenticationError("no token")
        key = UserDelegationKey()
        key.signed_oid, key.signed_tid = "object", f"tenant-{len(self.key_requests)}"
        key.signed_start = f"{key_start_time:%Y-%m-%dT%H:%M:%SZ}"
        key.signed_expiry = f"{key_expiry_time:%Y-%m-%dT%H:%M:%SZ}"
        key.signed_service, key.signed_version = "b", "2025-01-05"
        key.value = base64.b64encode(b"lent" * 8).decode()
        return key


@pytest.fixture
def container(settings, monkeypatch):
    settings.AZURE_STORAGE_CONNECTION_STRING = settings.AZURE_STORAGE_ACCOUNT_KEY = ""
    settings.AZURE_STORAGE_ACCOUNT_NAME = "clinic"
    storage = AzureContainer("originals")
    storage.service = FakeServiceClient()
    monkeypatch.setattr(AzureContainer, "service_client", storage.service)
    return storage


@pytest.fixture
def clock():
    with time_machine.travel("2026-11-14T09:00:00Z", tick=False) as clock:
        yield clock


def sas_query(container):
    url = urlsplit(container.url("1/x.jpg", filename="Été.jpg"))
    assert url.geturl().startswith("https://clinic.blob.core.windows.net/originals/1/x.jpg?")
    return {name: values[0] for name, values in parse_qs(url.query).items()}


def test_client_uses_the_managed_identity(settings):
    """Without credentials the client could neither sign nor read."""
    settings.AZURE_STORAGE_CONNECTION_STRING = settings.AZURE_STORAGE_ACCOUNT_KEY = ""
    settings.AZURE_STORAGE_ACCOUNT_NAME = "clinic"
    container = AzureContainer("originals")
    assert container.service_client.url == "https://clinic.blob.core.windows.net/"
    assert container.service_client.credential is container.token_credential is not None


def test_sas_is_signed_with_a_user_delegation_key(container, clock):
    sas = sas_query(container)
    assert (sas["sp"], sas["sr"], sas["spr"]) == ("r", "b", "https")
    assert (sas["skoid"], sas["sktid"], sas["sks"]) == ("object", "tenant-1", "b")
    assert sas["rscd"].startswith("attachment")
    expires = datetime.fromisoformat(sas["se"])
    assert timedelta() < expires - datetime.now(UTC) <= timedelta(hours=1)
    assert datetime.fromisoformat(sas["ske"]) > expires, "the key outlives the URLs that it signed"
    assert datetime.fromisoformat(sas["skt"]) < datetime.now(UTC), "Azure's clock may be behind"


def test_delegation_key_is_cached_and_renewed_in_time(container, clock):
    """Fetching it for every page would be the slowest part of each."""
    for _page in range(5):
        sas_query(container)
        clock.shift(3600)
    assert len(container.service.key_requests) == 1
    clock.shift(8 * 3600)
    assert sas_query(container)["sktid"] == "tenant-2"
    for start, end in container.service.key_requests:
        assert end - start <= timedelta(days=7), "Azure's maximum"


def test_cached_delegation_key_survives_an_outage_until_it_expires(container, clock):
    sas_query(container)
    container.service.down = True
    clock.shift(13 * 3600)
    assert sas_query(container)["sktid"] == "tenant-1"
    sas_query(container)
    assert len(container.service.key_requests) == 2, "a failed request is not repeated for a minute"
    clock.shift(61)
    sas_query(container)
    assert len(container.service.key_requests) == 3
    clock.shift(10 * 3600 + 1800)  # the key would expire before the URLs
    with pytest.raises(StorageUnavailable):
        sas_query(container)
    container.service.down = False
    assert sas_query(container)["sktid"] == "tenant-5"


class Token:
    """A credential like DefaultAzureCredential."""

    def get_token(self, *scopes, **options):
        assert scopes == ("https://storage.azure.com/.default",)
        now, identity = int(time.time()), str(uuid.uuid4())
        claims = {"aud": "https://storage.azure.com", "iss": f"https://sts.windows.net/{identity}/"}
        claims |= {"nbf": now - 60, "iat": now - 60, "exp": now + 3600, "oid": identity}
        claims["tid"] = identity
        parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
        parts.append(b"signed by nobody")
        text = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
        return AccessToken(text, now + 3600)


@pytest.fixture
def https_account(tmp_path, monkeypatch):
    """The URL of an emulated account over HTTPS that accepts tokens."""
    certificate_file, key_file = tmp_path / "certificate.pem", tmp_path / "key.pem"
    private_key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = x509.CertificateBuilder(
        name, name, private_key.public_key(), x509.random_serial_number()
    )
    certificate = certificate.not_valid_before(now - timedelta(1)).not_valid_after(
        now + timedelta(1)
    )
    certificate = certificate.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    certificate = certificate.add_extension(
        x509.BasicConstraints(ca=True, path_length=None), critical=True
    )
    certificate_file.write_bytes(certificate.sign(private_key, SHA256()).public_bytes(Encoding.PEM))
    private_format = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key_file.write_bytes(private_key.private_bytes(*private_format))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate_file))
    with emulator(
        tmp_path, "--oauth", "basic", "--cert", certificate_file, "--key", key_file
    ) as connection_string:
        yield connection_string.split("BlobEndpoint=")[1].rstrip(";")


@pytest.fixture
def sas_format_of_2025(monkeypatch):
    """The emulator is older than the SDK: it signs without two lines (empty here) that were added
    in 2026."""
    sign = _shared_access_signature.sign_string
    monkeypatch.setattr(
        _shared_access_signature,
        "sign_string",
        lambda key, text: sign(key, text.replace("\nb\n\n\n\n\nprivate", "\nb\n\n\nprivate")),
    )


def test_server_accepts_a_sas_of_a_delegation_key_and_nothing_more(
    settings, monkeypatch, https_account, sas_format_of_2025
):
    settings.AZURE_STORAGE_CONNECTION_STRING = settings.AZURE_STORAGE_ACCOUNT_KEY = ""
    settings.AZURE_STORAGE_ACCOUNT_NAME = "clinic"
    container = AzureContainer("originals")
    container.token_credential = Token()
    client = BlobServiceClient(https_account, credential=container.token_credential)
    monkeypatch.setattr(AzureContainer, "service_client", client)
    container.client.create_container()
    for name in ("1/x.jpg", "1/y.jpg"):
        container.save(name, ContentFile(name.encode()))
    assert b"".join(container.chunks("1/x.jpg")) == b"1/x.jpg"
    url = container.url("1/x.jpg", filename="Été.jpg")
    answer = requests.get(url, timeout=10)
    assert (answer.status_code, answer.content) == (200, b"1/x.jpg"), answer.text
    assert answer.headers["Content-Disposition"].startswith("attachment")
    for method, target in (
        ("GET", url.split("?")[0]),
        ("GET", url.replace("x.jpg?", "y.jpg?")),
        ("GET", url.replace("sp=r&", "sp=rw&")),
        ("DELETE", url),
    ):
        assert requests.request(method, target, timeout=10).status_code in (401, 403, 404)


def test_concurrent_requests_fetch_the_key_once(container):
    lend = container.service.get_user_delegation_key
    container.service.get_user_delegation_key = lambda **times: time.sleep(0.2) or lend(**times)
    threads = [Thread(target=container.url, args=("x.jpg",)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(container.service.key_requests) == 1
