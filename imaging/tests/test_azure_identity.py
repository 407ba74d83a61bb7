"""Managed identity: no key of the account anywhere, so a key lent by Azure signs. Only here is the
SDK's client a stand-in: no emulator lends such keys to an identity that does not exist."""

import base64
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from azure.core.exceptions import ClientAuthenticationError
from azure.storage.blob import UserDelegationKey

from imaging.azure_container import AzureContainer
from imaging.errors import StorageUnavailable


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


def test_two_at_once_ask_once(container):
    from threading import Thread

    slow = container.lender.get_user_delegation_key
    container.lender.get_user_delegation_key = lambda **times: time.sleep(0.2) or slow(**times)
    threads = [Thread(target=container.url, args=("x.jpg",)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(container.lender.asked) == 1
