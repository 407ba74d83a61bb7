"""What every back end owes the rest of the house: the same tests on files and on Azure Blob.

Lost would be: pictures on one of them, on the day that a practice changes to it.
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
NAME = "42/7c1f_original.jpg"  # as the gallery names them: a folder for each person


@pytest.fixture
def get(client):
    """What a browser gets for a URL of either back end."""

    def fetch(url, **headers):
        if url.startswith("http"):
            answer = requests.get(url, headers=headers, timeout=10)
            return answer.status_code, answer.content, answer.headers
        answer = client.get(url, headers=headers)
        return answer.status_code, b"".join(answer.streaming_content), answer.headers

    return fetch


def put(content=b"0123456789", name=NAME, container="originals"):
    return storage.put(container, name, ContentFile(content))


def test_a_blob_comes_back_bit_for_bit_under_its_name():
    data = bytes(range(256)) * 40_000  # 10 MB: more than one block
    assert put(data) == NAME
    assert b"".join(storage.chunks("originals", NAME)) == data
    assert b"".join(storage.stream("originals", NAME)) == data
    out = io.BytesIO()
    storage.fetch("originals", NAME, out)
    assert out.getvalue() == data
    assert storages["originals"].size(NAME) == len(data)
    assert storage.exists("originals", NAME)


def test_an_upload_on_disk_is_stored_whole():
    with TemporaryUploadedFile("x.jpg", "image/jpeg", 0, None) as upload:
        upload.write(photograph())
        upload.flush()
        storage.put("originals", NAME, upload)
    assert b"".join(storage.chunks("originals", NAME)) == photograph()


def test_nothing_is_stored_of_nothing():
    """An empty blob is a blob: hashing it again must say altered, not fail."""
    put(b"")
    assert b"".join(storage.chunks("originals", NAME)) == b""


def test_replaced_is_replaced():
    storage.replace("originals", NAME, ContentFile(b"first"))
    storage.replace("originals", NAME, ContentFile(b"second, longer"))
    assert b"".join(storage.chunks("originals", NAME)) == b"second, longer"
    assert blobs() == {("originals", NAME)}, "nothing is left of the way there"


def test_containers_do_not_see_each_other():
    put()
    assert not storage.exists("processed", NAME)
    with pytest.raises(FileNotFoundError):
        list(storage.chunks("processed", NAME))


def test_what_is_gone_is_told_apart_from_an_outage(backend):
    """An image whose original is gone fails for good; during an outage it waits."""
    for read in (
        lambda: list(storage.chunks("originals", NAME)),
        lambda: list(storage.stream("originals", NAME)),
        lambda: storage.fetch("originals", NAME, io.BytesIO()),
    ):
        with pytest.raises(FileNotFoundError):
            read()
    with backend.broken("originals"):
        for act in (
            lambda: storage.put("originals", NAME, ContentFile(b"x")),
            lambda: storage.replace("originals", NAME, ContentFile(b"x")),
            lambda: storage.stream("originals", NAME),
            lambda: storage.fetch("originals", NAME, io.BytesIO()),
        ):
            with pytest.raises(StorageUnavailable):
                act()


def test_deleted_is_gone_and_twice_is_fine():
    put()
    storage.delete("originals", NAME)
    storage.delete("originals", NAME)
    storage.discard([("originals", NAME)])
    assert not storage.exists("originals", NAME)
    assert blobs() == set()


def test_what_a_failed_upload_stored_is_discarded(backend):
    put(container="processed")
    put(container="originals")
    with backend.broken("thumbnails"):
        gone = [(name, NAME) for name in ("originals", "processed", "thumbnails")]
        storage.discard(gone)
    assert blobs() == set()


def test_listing_names_all_in_all_folders():
    names = {f"{user}/{n}.jpg" for user in (1, 2) for n in range(3)} | {"20261114T094200_x.jpg"}
    for name in names:
        put(name=name)
    assert {name for name, _changed in storage.blobs("originals")} == names
    assert all(changed.tzinfo for _name, changed in storage.blobs("originals"))


def test_a_signed_url_serves_the_blob_as_a_download(get):
    put()
    status, body, headers = get(storages["originals"].url(NAME, filename="Été & co.JPG"))
    assert (status, body) == (200, b"0123456789")
    assert headers["Content-Type"] == "image/jpeg"
    disposition = headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename*=utf-8''%C3%89t%C3%A9%20%26%20co.JPG")
    assert headers["Cache-Control"].startswith("private, max-age=")


def test_an_original_is_never_shown_and_a_rendition_is(get):
    put(name="x.heic")
    put(name="x.webp", container="thumbnails")
    link = storage.url_signer("originals")
    assert get(link("x.heic"))[2]["Content-Disposition"].startswith("attachment")
    status, _body, headers = get(storage.url_signer("thumbnails")("x.webp"))
    assert (status, headers["Content-Disposition"]) == (200, "inline")
    assert headers["Content-Type"] == "image/webp"


def test_a_part_can_be_asked_for(get):
    """The viewer of a large picture does."""
    put()
    status, body, headers = get(storages["originals"].url(NAME), Range="bytes=2-4")
    assert (status, body, headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")


def test_the_type_is_what_intake_found_and_not_what_the_client_said(get):
    """HTML in an original would else be served as HTML."""
    lie = SimpleUploadedFile("x.jpg", photograph(), content_type="text/html")
    storage.put("originals", NAME, lie)
    assert get(storages["originals"].url(NAME))[2]["Content-Type"] == "image/jpeg"
