"""What every storage back end must do: the same tests on files and on Azure Blob.

Otherwise a practice could lose images when it changes the back end.
"""

import io

import pytest
import requests
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile

from imaging import storage
from imaging.errors import StorageUnavailable
from testing.cast import blobs, photograph

pytestmark = pytest.mark.usefixtures("backend")
NAME = "42/7c1f_original.jpg"  # as named by the gallery: a folder for each user


@pytest.fixture
def fetch_url(client):
    """`fetch_url(url, **headers)`: (status, body, headers) from either back end."""

    def fetch_from_backend(url, **headers):
        if url.startswith("http"):
            answer = requests.get(url, headers=headers, timeout=10)
            return answer.status_code, answer.content, answer.headers
        answer = client.get(url, headers=headers)
        return answer.status_code, b"".join(answer.streaming_content), answer.headers

    return fetch_from_backend


def put(content=b"0123456789", name=NAME, container="originals"):
    return storage.put(container, name, ContentFile(content))


def test_stored_blob_is_read_back_bit_for_bit():
    data = bytes(range(256)) * 40_000  # 10 MB: more than one block
    assert put(data) == NAME
    assert b"".join(storage.chunks("originals", NAME)) == data
    assert b"".join(storage.stream("originals", NAME)) == data
    out = io.BytesIO()
    storage.fetch("originals", NAME, out)
    assert out.getvalue() == data
    assert storages["originals"].size(NAME) == len(data)
    assert storage.exists("originals", NAME)


def test_upload_on_disk_is_stored_completely():
    with TemporaryUploadedFile("x.jpg", "image/jpeg", 0, None) as upload:
        upload.write(photograph())
        upload.flush()
        storage.put("originals", NAME, upload)
    assert b"".join(storage.chunks("originals", NAME)) == photograph()


def test_empty_blob_can_be_stored_and_read():
    """Hashing an empty blob must report it as altered, not fail."""
    put(b"")
    assert b"".join(storage.chunks("originals", NAME)) == b""


def test_replace_overwrites_without_leftovers():
    storage.replace("originals", NAME, ContentFile(b"first"))
    storage.replace("originals", NAME, ContentFile(b"second, longer"))
    assert b"".join(storage.chunks("originals", NAME)) == b"second, longer"
    assert blobs() == {("originals", NAME)}, "no temporary blobs are left"


def test_containers_are_separate():
    put()
    assert not storage.exists("processed", NAME)
    with pytest.raises(FileNotFoundError):
        list(storage.chunks("processed", NAME))


def test_missing_blob_and_outage_raise_different_errors(backend):
    """An image without its original fails for good; during an outage it waits."""
    for read in (
        lambda: list(storage.chunks("originals", NAME)),
        lambda: list(storage.stream("originals", NAME)),
        lambda: storage.fetch("originals", NAME, io.BytesIO()),
    ):
        with pytest.raises(FileNotFoundError):
            read()
    with backend.broken("originals"):
        for operation in (
            lambda: storage.put("originals", NAME, ContentFile(b"x")),
            lambda: storage.replace("originals", NAME, ContentFile(b"x")),
            lambda: storage.stream("originals", NAME),
            lambda: storage.fetch("originals", NAME, io.BytesIO()),
        ):
            with pytest.raises(StorageUnavailable):
                operation()


def test_delete_is_idempotent():
    put()
    storage.delete("originals", NAME)
    storage.delete("originals", NAME)
    storage.discard([("originals", NAME)])
    assert not storage.exists("originals", NAME)
    assert blobs() == set()


def test_discard_ignores_a_broken_container(backend):
    put(container="processed")
    put(container="originals")
    with backend.broken("thumbnails"):
        to_discard = [(name, NAME) for name in ("originals", "processed", "thumbnails")]
        storage.discard(to_discard)
    assert blobs() == set()


def test_blobs_lists_all_folders():
    names = {f"{user}/{n}.jpg" for user in (1, 2) for n in range(3)} | {"20261114T094200_x.jpg"}
    for name in names:
        put(name=name)
    assert {name for name, _changed in storage.blobs("originals")} == names
    assert all(changed.tzinfo for _name, changed in storage.blobs("originals"))


def test_signed_url_serves_the_blob_as_a_download(fetch_url):
    put()
    status, body, headers = fetch_url(storages["originals"].url(NAME, filename="Été & co.JPG"))
    assert (status, body) == (200, b"0123456789")
    assert headers["Content-Type"] == "image/jpeg"
    disposition = headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename*=utf-8''%C3%89t%C3%A9%20%26%20co.JPG")
    assert headers["Cache-Control"].startswith("private, max-age=")


def test_originals_are_attachments_and_renditions_inline(fetch_url):
    put(name="x.heic")
    put(name="x.webp", container="thumbnails")
    sign = storage.url_signer("originals")
    assert fetch_url(sign("x.heic"))[2]["Content-Disposition"].startswith("attachment")
    status, _body, headers = fetch_url(storage.url_signer("thumbnails")("x.webp"))
    assert (status, headers["Content-Disposition"]) == (200, "inline")
    assert headers["Content-Type"] == "image/webp"


def test_range_requests_are_answered(fetch_url):
    """The viewer of large pictures uses them."""
    put()
    status, body, headers = fetch_url(storages["originals"].url(NAME), Range="bytes=2-4")
    assert (status, body, headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")


def test_content_type_follows_the_name_not_the_client(fetch_url):
    """Otherwise HTML in an original is served as HTML."""
    mislabelled = SimpleUploadedFile("x.jpg", photograph(), content_type="text/html")
    storage.put("originals", NAME, mislabelled)
    assert fetch_url(storages["originals"].url(NAME))[2]["Content-Type"] == "image/jpeg"
