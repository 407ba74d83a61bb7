"""Managed identity: no key of the account anywhere, so a key lent by Azure signs.

A real server lends one here, to a token that nobody issued (it reads tokens without asking who
signed them). What hours and outages do is tested with a stand-in of the SDK's client, only here.
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


class Lender:
    """What AzureContainer asks of a BlobServiceClient, and how often."""

    def __init__(self):
        self.asked, self.down = [], False

    def get_container_client(self, name):
        self.url = f"https://clinic.blob.core.windows.net/{name}"
        return self

    def get_user_delegation_key(self, key_start_time, key_expiry_time):
        self.asked.append((key_start_time, key_expiry_time))
        if self.down:
            raise ClientAuthenticationError("no token")
        key = UserDelegationKey()
        key.signed_oid, key.signed_tid = "object", f"tenant-{len(self.asked)}"
        key.signed_start = f"{key_start_time:%Y-%m-%dT%H:%M:%SZ}"
        key.signed_expiry = f"{key_expiry_time:%Y-%m-%dT%H:%M:%SZ}"
        key.signed_service, key.signed_version = "b", "2025-01-05"
        key.value = base64.b64encode(b"lent" * 8).decode()
        return key


@pytest.fixture
def container(settings, monkeypatch):
    settings.AZURE_STORAGE_CONNECTION_STRING = settings.AZURE_STORAGE_ACCOUNT_KEY = ""
    settings.AZURE_STORAGE_ACCOUNT_NAME = "clinic"
    made = AzureContainer("originals")
    made.lender = Lender()
    monkeypatch.setattr(made, "_get_service_client", lambda: made.lender)
    return made


@pytest.fixture
def clock():
    with time_machine.travel("2026-11-14T09:00:00Z", tick=False) as clock:
        yield clock


def query(container):
    url = urlsplit(container.url("1/x.jpg", filename="Été.jpg"))
    assert url.geturl().startswith("https://clinic.blob.core.windows.net/originals/1/x.jpg?")
    return {name: values[0] for name, values in parse_qs(url.query).items()}


def test_the_client_is_the_identitys(settings):
    """A client without credentials would sign nothing, and read nothing."""
    settings.AZURE_STORAGE_CONNECTION_STRING = settings.AZURE_STORAGE_ACCOUNT_KEY = ""
    settings.AZURE_STORAGE_ACCOUNT_NAME = "clinic"
    made = AzureContainer("originals")
    assert made.service_client.url == "https://clinic.blob.core.windows.net/"
    assert made.service_client.credential is made.token_credential is not None


def test_a_lent_key_signs_what_an_own_key_would(container, clock):
    told = query(container)
    assert (told["sp"], told["sr"], told["spr"]) == ("r", "b", "https")
    assert (told["skoid"], told["sktid"], told["sks"]) == ("object", "tenant-1", "b")
    assert told["rscd"].startswith("attachment")
    expires = datetime.fromisoformat(told["se"])
    assert timedelta() < expires - datetime.now(UTC) <= timedelta(hours=1)
    assert datetime.fromisoformat(told["ske"]) > expires, "it dies after all that it signed"
    assert datetime.fromisoformat(told["skt"]) < datetime.now(UTC), "Azure's clock may be behind"


def test_the_key_is_asked_for_once_and_renewed_in_time(container, clock):
    """Asked for with every page, it would be the slowest part of each."""
    for _page in range(5):
        query(container)
        clock.shift(3600)
    assert len(container.lender.asked) == 1
    clock.shift(8 * 3600)
    assert query(container)["sktid"] == "tenant-2"
    for start, end in container.lender.asked:
        assert end - start <= timedelta(days=7), "Azure lends for no longer"


def test_a_key_at_hand_outlasts_an_outage(container, clock):
    query(container)
    container.lender.down = True
    clock.shift(13 * 3600)
    assert query(container)["sktid"] == "tenant-1"
    query(container)
    assert len(container.lender.asked) == 2, "no page waits for what failed a moment ago"
    clock.shift(61)
    query(container)
    assert len(container.lender.asked) == 3
    clock.shift(10 * 3600 + 1800)  # it would die before what it signs
    with pytest.raises(StorageUnavailable):
        query(container)
    container.lender.down = False
    assert query(container)["sktid"] == "tenant-5"


class Token:
    """A credential as DefaultAzureCredential is one."""

    def get_token(self, *scopes, **options):
        assert scopes == ("https://storage.azure.com/.default",)
        now, who = int(time.time()), str(uuid.uuid4())
        told = {"aud": "https://storage.azure.com", "iss": f"https://sts.windows.net/{who}/"}
        told |= {"nbf": now - 60, "iat": now - 60, "exp": now + 3600, "oid": who, "tid": who}
        parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "typ": "JWT"}, told)]
        parts.append(b"signed by nobody")
        text = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
        return AccessToken(text, now + 3600)


@pytest.fixture
def lending(tmp_path, monkeypatch):
    """The address of an account over HTTPS that takes tokens."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    own = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = x509.CertificateBuilder(name, name, own.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1))
    made = made.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    certificate.write_bytes(made.sign(own, SHA256()).public_bytes(Encoding.PEM))
    private = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key.write_bytes(own.private_bytes(*private))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with emulator(tmp_path, "--oauth", "basic", "--cert", certificate, "--key", key) as told:
        yield told.split("BlobEndpoint=")[1].rstrip(";")


@pytest.fixture
def format_of_2025(monkeypatch):
    """The emulator is older than the SDK: it signs without two lines, empty ones with us, that
    came in 2026."""
    sign = _shared_access_signature.sign_string
    monkeypatch.setattr(
        _shared_access_signature,
        "sign_string",
        lambda key, text: sign(key, text.replace("\nb\n\n\n\n\nprivate", "\nb\n\n\nprivate")),
    )


def test_a_server_takes_what_a_lent_key_signed(settings, monkeypatch, lending, format_of_2025):
    settings.AZURE_STORAGE_CONNECTION_STRING = settings.AZURE_STORAGE_ACCOUNT_KEY = ""
    settings.AZURE_STORAGE_ACCOUNT_NAME = "clinic"
    made = AzureContainer("originals")
    made.token_credential = Token()
    client = BlobServiceClient(lending, credential=made.token_credential)
    monkeypatch.setattr(made, "_get_service_client", lambda: client)
    made.client.create_container()
    for name in ("1/x.jpg", "1/y.jpg"):
        made.save(name, ContentFile(name.encode()))
    assert b"".join(made.chunks("1/x.jpg")) == b"1/x.jpg"
    url = made.url("1/x.jpg", filename="Été.jpg")
    answer = requests.get(url, timeout=10)
    assert (answer.status_code, answer.content) == (200, b"1/x.jpg"), answer.text
    assert answer.headers["Content-Disposition"].startswith("attachment")
    for method, other in (
        ("GET", url.split("?")[0]),
        ("GET", url.replace("x.jpg?", "y.jpg?")),
        ("GET", url.replace("sp=r&", "sp=rw&")),
        ("DELETE", url),
    ):
        assert requests.request(method, other, timeout=10).status_code in (401, 403, 404)


def test_two_at_once_ask_once(container):
    slow = container.lender.get_user_delegation_key
    container.lender.get_user_delegation_key = lambda **times: time.sleep(0.2) or slow(**times)
    threads = [Thread(target=container.url, args=("x.jpg",)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(container.lender.asked) == 1
