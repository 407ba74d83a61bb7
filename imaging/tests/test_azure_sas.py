"""What a SAS allows and refuses, tested over HTTP against an emulator. A hole here would show one
patient's photographs to another, or let anybody overwrite them."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from imaging import storage

pytestmark = pytest.mark.usefixtures("azure")
REFUSED = (403, 404, 409)  # the server may choose


@pytest.fixture
def signed_url():
    storage.put("originals", "one.jpg", ContentFile(b"one"))
    storage.put("originals", "two.jpg", ContentFile(b"two"))
    storage.put("processed", "one.jpg", ContentFile(b"shown"))
    return storages["originals"].url("one.jpg", filename="a.jpg")


def request(url, method="GET", **options):
    return requests.request(method, url, timeout=10, **options)


def test_signed_url_reads_its_blob(signed_url):
    assert request(signed_url).content == b"one"
    assert request(signed_url, "HEAD").status_code == 200


def test_unsigned_requests_are_refused(signed_url):
    unsigned = signed_url.split("?")[0]
    container = unsigned.rsplit("/", 1)[0]
    account = container.rsplit("/", 1)[0]
    for url in (
        unsigned,
        f"{container}?restype=container&comp=list",
        f"{container}?restype=container",
        f"{account}?comp=list",
    ):
        answer = request(url)
        assert answer.status_code in REFUSED, url
        assert b"one.jpg" not in answer.content
        assert answer.content != b"one"


def test_signature_is_bound_to_its_blob(signed_url):
    for altered in (
        signed_url.replace("/one.jpg", "/two.jpg"),
        signed_url.replace("-originals/", "-processed/"),
        signed_url.replace("/one.jpg", "/"),
        signed_url.replace("/one.jpg?", "?restype=container&comp=list&"),
    ):
        assert altered != signed_url
        assert request(altered).status_code in (*REFUSED, 400), altered


def test_altered_signed_url_is_refused(signed_url):
    query = {name: values[0] for name, values in parse_qs(urlsplit(signed_url).query).items()}
    later = f"{int(query['se'][:4]) + 1}{query['se'][4:]}"
    changes = {"se": later, "sp": "rw", "rscd": "inline", "rsct": "text/html", "rscc": "public"}
    for name, value in changes.items():
        url = signed_url.split("?")[0]
        assert request(url, params=query | {name: value}).status_code == 403, name
        assert request(url, params={k: v for k, v in query.items() if k != name}).status_code == 403
    assert request(url, params=query | {"sig": query["sig"][::-1]}).status_code == 403
    assert request(url, params=query).status_code == 200, "unchanged it is accepted"


def test_signed_url_cannot_write_or_delete(signed_url):
    """Whoever may view an image must not overwrite, delete or annotate it."""
    headers = {"x-ms-blob-type": "BlockBlob"}
    assert request(signed_url, "PUT", data=b"other", headers=headers).status_code == 403
    assert request(signed_url, "DELETE").status_code == 403
    assert request(f"{signed_url}&comp=metadata", "PUT").status_code == 403
    assert (
        request(f"{signed_url}&comp=tier", "PUT", headers={"x-ms-access-tier": "Cool"}).status_code
        == 403
    )
    assert request(f"{signed_url}&comp=block&blockid=AAAA", "PUT", data=b"x").status_code == 403
    assert b"".join(storage.chunks("originals", "one.jpg")) == b"one"


def test_signed_url_expires(signed_url, settings):
    with time_machine.travel(time.time() - settings.SIGNED_URL_TTL - 5, tick=True):
        expired_url = storages["originals"].url("one.jpg")
    assert request(expired_url).status_code == 403
    settings.SIGNED_URL_TTL = 2
    short_lived_url = storages["originals"].url("one.jpg")
    assert request(short_lived_url).status_code == 200
    time.sleep(3.2)
    assert request(short_lived_url).status_code == 403


def test_signing_hundreds_of_urls_is_fast(signed_url):
    """A page has hundreds of URLs; creating a client for each would take seconds."""
    sign = storage.url_signer("originals")
    started = time.process_time()
    urls = [sign(f"{number}.jpg") for number in range(300)]
    assert len(set(urls)) == 300
    assert time.process_time() - started < 0.3


def test_signed_url_is_stable_for_a_while(signed_url):
    """Otherwise the browser's cache is never used."""
    with time_machine.travel("2026-11-14T09:00:01Z", tick=False) as clock:
        first = storages["originals"].url("one.jpg")
        clock.shift(600)
        assert storages["originals"].url("one.jpg") == first
