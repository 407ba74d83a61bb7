"""Signed URLs of the local storage. A hole here would show one patient's images to another."""

from pathlib import Path
from urllib.parse import unquote

import pytest
import time_machine
from django.core.checks import run_checks
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.signing import Signer
from django.urls import reverse
from django.utils.http import content_disposition_header

from imaging import storage
from imaging.errors import StorageUnavailable
from imaging.storage.local import LocalContainer
from imaging.tests.test_full_disk import limited_file_size


@pytest.fixture
def blob():
    return storage.put("originals", "20261114T094200_x.jpg", ContentFile(b"0123456789"))


def url(name, container="originals", **options):
    return storages[container].url(name, **options)


def body(response):
    return b"".join(response.streaming_content)


def test_signed_url_serves_the_blob_as_a_download(client, blob):
    response = client.get(url(blob, filename="Été.JPG"))
    assert body(response) == b"0123456789"
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%C3%89t%C3%A9")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"].startswith("private")


def test_signed_url_needs_no_database_query(page, doctor, blob, django_assert_num_queries):
    """A page has fifty images, and loading session and user for each adds up. They are also shown
    while the database is down."""
    session = page(doctor)
    with django_assert_num_queries(0):
        assert body(session.get(url(blob))) == b"0123456789"


@pytest.mark.parametrize(
    "name", ["a&e=1.jpg", "a#b?c.jpg", "100%2B + é.jpg", "a/../b.jpg", " .jpg"]
)
def test_any_download_name_survives_the_url(client, blob, name):
    response = client.get(url(blob, filename=name))
    assert response.status_code == 200
    assert response["Content-Disposition"] == content_disposition_header(True, name)


def test_urls_signed_before_an_upgrade_still_work(client, blob):
    """They were signed by django.core.signing."""
    expires = storage.expiry()
    message = "\n".join(("originals", blob, str(expires), "a.jpg"))
    signature = Signer(salt="imaging.media", sep=".").signature(message)
    path = reverse("media", args=["originals", blob])
    assert client.get(path, {"e": expires, "s": signature, "n": "a.jpg"}).status_code == 200


def test_original_is_an_attachment_even_without_a_name(client, blob):
    assert client.get(url(blob))["Content-Disposition"] == "attachment"


def test_renditions_are_inline(client):
    name = storage.put("thumbnails", "x.webp", ContentFile(b"RIFF"))
    response = client.get(url(name, "thumbnails"))
    assert response["Content-Disposition"] == "inline"
    assert response["Content-Type"] == "image/webp"


def test_altered_signed_url_answers_404(client, blob):
    storage.put("processed", blob, ContentFile(b"another"))
    valid = url(blob, filename="a.jpg")
    path, query = valid.split("?")
    e = query.split("e=")[1].split("&")[0]
    for altered in (
        path,
        valid.replace("originals", "processed"),
        valid.replace("094200", "094201"),
        valid.replace("a.jpg", "a.html"),
        valid.replace(f"e={e}", f"e={int(e) + 1}"),
        valid.replace(f"e={e}", "e=9999999999"),
        valid.replace(f"e={e}", "e=x"),
        valid[:-1],
        valid.replace("originals", "secrets"),
        valid.replace(blob, "../db.sqlite3"),
        reverse("media", args=["originals", blob]) + "?e=&s=&n=",
    ):
        assert client.get(altered).status_code == 404, altered
    assert client.get(valid).status_code == 200


def test_signed_url_expires_within_the_hour(client, blob, settings):
    with time_machine.travel("2026-11-14T09:00:00Z", tick=False) as clock:
        signed_url = url(blob)
        clock.shift(settings.SIGNED_URL_TTL // 2 - 1)
        assert client.get(signed_url).status_code == 200
        clock.shift(settings.SIGNED_URL_TTL // 2 + 1)
        assert client.get(signed_url).status_code == 404


def test_signed_url_is_stable_for_a_while(blob):
    """Otherwise the browser's cache is never used."""
    with time_machine.travel("2026-11-14T09:00:01Z", tick=False) as clock:
        first = url(blob)
        clock.shift(600)
        assert url(blob) == first


class TestDeliveryByNginx:
    """With MEDIA_ACCEL. Delivery by a real nginx is tested in tests/test_nginx.py."""

    @pytest.fixture(autouse=True)
    def accelerated(self, settings):
        settings.MEDIA_ACCEL = "/protected-media/"

    def test_response_names_the_file_and_has_no_body(self, client, blob):
        response = client.get(url(blob, filename="a.jpg"), headers={"Range": "bytes=0-1"})
        assert (response.status_code, response.content) == (200, b"")
        assert response["X-Accel-Redirect"] == f"/protected-media/originals/{blob}"
        assert response["Content-Type"] == "image/jpeg"
        assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert response["Content-Disposition"].startswith("attachment")

    def test_blob_names_are_quoted(self, client):
        """Otherwise nginx takes text after a ? for a query, and %2e for a dot."""
        name = storage.put("originals", "7/a?b%2e é.jpg", ContentFile(b"x"))
        redirect = client.get(url(name))["X-Accel-Redirect"]
        assert redirect.startswith("/protected-media/originals/7/")
        assert unquote(redirect).removeprefix("/protected-media/originals/") == name
        assert "?" not in redirect
        assert redirect.isascii()

    def test_unsigned_or_missing_blobs_answer_404(self, client, blob):
        valid = url(blob)
        for altered in (valid[:-1], valid.replace("originals", "processed"), valid.split("?")[0]):
            response = client.get(altered)
            assert response.status_code == 404
            assert "X-Accel-Redirect" not in response
        storage.delete("originals", blob)
        assert client.get(valid).status_code == 404

    def test_group_may_read_blobs(self, settings):
        """nginx runs as another user; without it, no other user may read blobs."""
        for accel, file, folder in (("/protected-media/", 0o640, 0o750), ("", 0o600, 0o700)):
            settings.MEDIA_ACCEL = accel
            container = LocalContainer("originals")
            path = Path(container.path(container.save(f"{folder}/x.jpg", ContentFile(b"x"))))
            assert path.stat().st_mode & 0o777 == file
            assert path.parent.stat().st_mode & 0o777 == folder

    @pytest.mark.parametrize("invalid", ["protected", "/protected", "https://x/", "/a b/"])
    def test_invalid_location_fails_a_check(self, settings, invalid):
        assert not [check for check in run_checks() if check.id == "imaging.E009"]
        settings.MEDIA_ACCEL = invalid
        assert [check for check in run_checks() if check.id == "imaging.E009"]


def test_signed_url_allows_only_get_and_head(client, blob):
    signed_url = url(blob)
    assert client.head(signed_url).status_code == 200
    for method in (client.post, client.put, client.patch, client.delete):
        assert method(signed_url).status_code == 405


def test_deleted_blob_answers_404(client, blob):
    signed_url = url(blob)
    storage.delete("originals", blob)
    storage.delete("originals", blob)  # can be repeated
    assert client.get(signed_url).status_code == 404


@pytest.mark.parametrize(
    ("range_header", "status", "content", "content_range"),
    [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"),
        ("bytes=7-", 206, b"789", "bytes 7-9/10"),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=5-500", 206, b"56789", "bytes 5-9/10"),
        ("bytes=-500", 206, b"0123456789", "bytes 0-9/10"),
        ("bytes=10-", 416, None, "bytes */10"),
        ("bytes=5-2", 416, None, "bytes */10"),
        ("bytes=-0", 416, None, "bytes */10"),
        ("bytes=0-1,4-5", 200, b"0123456789", None),
        ("pages=1-2", 200, b"0123456789", None),
        ("bytes=" + "9" * 5000 + "-", 200, b"0123456789", None),
        ("bytes=-", 200, b"0123456789", None),
    ],
)
def test_range_requests_are_answered(client, blob, range_header, status, content, content_range):
    response = client.get(url(blob), headers={"Range": range_header})
    assert response.status_code == status
    assert response.headers.get("Content-Range") == content_range
    if content is not None:
        assert body(response) == content
        assert response["Content-Length"] == str(len(content))


def test_os_errors_raise_storage_unavailable():
    with limited_file_size(), pytest.raises(StorageUnavailable):
        storage.put("originals", "x.jpg", ContentFile(b"x" * 100_000))


def test_blobs_lists_the_stored_names(blob):
    assert [name for name, _changed in storages["originals"].blobs()] == [blob]


@pytest.mark.parametrize("ttl", [0, -1, 3601, None])
def test_invalid_url_lifetime_fails_a_check(settings, ttl):
    settings.SIGNED_URL_TTL = ttl
    assert "imaging.E001" in [error.id for error in run_checks()]


def test_shared_container_fails_a_check(settings):
    settings.STORAGES = settings.STORAGES | {
        "originals": settings.STORAGES["processed"],
    }
    assert "imaging.E002" in [error.id for error in run_checks()]
