"""What a signature opens on Azure, and what it does not: a server that speaks it is asked, over
HTTP. A hole here shows one patient's skin to another, or lets anybody overwrite it."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from imaging import storage

pytestmark = pytest.mark.usefixtures("azure")
REFUSED = (403, 404, 409)  # which of them is the server's to say


@pytest.fixture
def blob():
    storage.put("originals", "one.jpg", ContentFile(b"one"))
    storage.put("originals", "two.jpg", ContentFile(b"two"))
    storage.put("processed", "one.jpg", ContentFile(b"shown"))
    return storages["originals"].url("one.jpg", filename="a.jpg")


def ask(url, method="GET", **options):
    return requests.request(method, url, timeout=10, **options)


def test_it_opens_its_blob_to_read(blob):
    assert ask(blob).content == b"one"
    assert ask(blob, "HEAD").status_code == 200


def test_without_a_signature_nothing_opens(blob):
    bare = blob.split("?")[0]
    container = bare.rsplit("/", 1)[0]
    account = container.rsplit("/", 1)[0]
    for url in (
        bare,
        f"{container}?restype=container&comp=list",
        f"{container}?restype=container",
        f"{account}?comp=list",
    ):
        answer = ask(url)
        assert answer.status_code in REFUSED, url
        assert b"one.jpg" not in answer.content
        assert answer.content != b"one"


def test_a_signature_opens_no_other_blob(blob):
    for other in (
        blob.replace("/one.jpg", "/two.jpg"),
        blob.replace("-originals/", "-processed/"),
        blob.replace("/one.jpg", "/"),
        blob.replace("/one.jpg?", "?restype=container&comp=list&"),
    ):
        assert other != blob
        assert ask(other).status_code in (*REFUSED, 400), other


def test_anything_altered_is_refused(blob):
    query = {name: values[0] for name, values in parse_qs(urlsplit(blob).query).items()}
    later = f"{int(query['se'][:4]) + 1}{query['se'][4:]}"
    changes = {"se": later, "sp": "rw", "rscd": "inline", "rsct": "text/html", "rscc": "public"}
    for name, value in changes.items():
        url = blob.split("?")[0]
        assert ask(url, params=query | {name: value}).status_code == 403, name
        assert ask(url, params={k: v for k, v in query.items() if k != name}).status_code == 403
    assert ask(url, params=query | {"sig": query["sig"][::-1]}).status_code == 403
    assert ask(url, params=query).status_code == 200, "it is the change that is refused"


def test_a_signed_url_changes_nothing(blob):
    """Whoever is shown a picture may not overwrite, delete or describe it."""
    kind = {"x-ms-blob-type": "BlockBlob"}
    assert ask(blob, "PUT", data=b"other", headers=kind).status_code == 403
    assert ask(blob, "DELETE").status_code == 403
    assert ask(f"{blob}&comp=metadata", "PUT").status_code == 403
    assert ask(f"{blob}&comp=tier", "PUT", headers={"x-ms-access-tier": "Cool"}).status_code == 403
    assert ask(f"{blob}&comp=block&blockid=AAAA", "PUT", data=b"x").status_code == 403
    assert b"".join(storage.chunks("originals", "one.jpg")) == b"one"


def test_it_dies_within_the_hour(blob, settings):
    with time_machine.travel(time.time() - settings.SIGNED_URL_TTL - 5, tick=True):
        dead = storages["originals"].url("one.jpg")
    assert ask(dead).status_code == 403
    settings.SIGNED_URL_TTL = 2
    short = storages["originals"].url("one.jpg")
    assert ask(short).status_code == 200
    time.sleep(3.2)
    assert ask(short).status_code == 403


def test_a_list_of_links_takes_no_time(blob):
    """A page names hundreds: with a client made for each, it would take seconds."""
    link = storage.url_signer("originals")
    began = time.process_time()
    urls = [link(f"{number}.jpg") for number in range(300)]
    assert len(set(urls)) == 300
    assert time.process_time() - began < 0.3


def test_one_url_for_a_while(blob):
    """Or the browser's cache would never answer."""
    with time_machine.travel("2026-11-14T09:00:01Z", tick=False) as clock:
        first = storages["originals"].url("one.jpg")
        clock.shift(600)
        assert storages["originals"].url("one.jpg") == first
