"""Signed delivery of the embedded default. A hole here shows one patient's skin to another."""

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


def test_nobody_asks_whose_it_is(page, doctor, blob, django_assert_num_queries):
    """A page has fifty of them, and a look at a session and a user for each adds up. Shown while
    the database is away, too."""
    session = page(doctor)
    with django_assert_num_queries(0):
        assert body(session.get(url(blob))) == b"0123456789"


@pytest.mark.parametrize(
    "name", ["a&e=1.jpg", "a#b?c.jpg", "100%2B + é.jpg", "a/../b.jpg", " .jpg"]
)
def test_any_file_name_survives_the_url(client, blob, name):
    response = client.get(url(blob, filename=name))
    assert response.status_code == 200
    assert response["Content-Disposition"] == content_disposition_header(True, name)


def test_links_signed_by_django_itself_hold(client, blob):
    """What was signed before an upgrade is not dead after it."""
    expires = storage.expiry()
    told = "\n".join(("originals", blob, str(expires), "a.jpg"))
    signature = Signer(salt="imaging.media", sep=".").signature(told)
    path = reverse("media", args=["originals", blob])
    assert client.get(path, {"e": expires, "s": signature, "n": "a.jpg"}).status_code == 200


def test_original_is_a_download_even_without_a_name(client, blob):
    assert client.get(url(blob))["Content-Disposition"] == "attachment"


def test_renditions_are_shown(client):
    name = storage.put("thumbnails", "x.webp", ContentFile(b"RIFF"))
    response = client.get(url(name, "thumbnails"))
    assert response["Content-Disposition"] == "inline"
    assert response["Content-Type"] == "image/webp"


def test_anything_altered_is_404(client, blob):
    storage.put("processed", blob, ContentFile(b"another"))
    good = url(blob, filename="a.jpg")
    path, query = good.split("?")
    e = query.split("e=")[1].split("&")[0]
    for bad in (
        path,
        good.replace("originals", "processed"),
        good.replace("094200", "094201"),
        good.replace("a.jpg", "a.html"),
        good.replace(f"e={e}", f"e={int(e) + 1}"),
        good.replace(f"e={e}", "e=9999999999"),
        good.replace(f"e={e}", "e=x"),
        good[:-1],
        good.replace("originals", "secrets"),
        good.replace(blob, "../db.sqlite3"),
        reverse("media", args=["originals", blob]) + "?e=&s=&n=",
    ):
        assert client.get(bad).status_code == 404, bad
    assert client.get(good).status_code == 200


def test_url_dies_within_the_hour(client, blob, settings):
    with time_machine.travel("2026-11-14T09:00:00Z", tick=False) as clock:
        link = url(blob)
        clock.shift(settings.SIGNED_URL_TTL // 2 - 1)
        assert client.get(link).status_code == 200
        clock.shift(settings.SIGNED_URL_TTL // 2 + 1)
        assert client.get(link).status_code == 404


def test_url_is_the_same_for_a_while(blob):
    """Or the browser's cache would never answer."""
    with time_machine.travel("2026-11-14T09:00:01Z", tick=False) as clock:
        first = url(blob)
        clock.shift(600)
        assert url(blob) == first


class TestHandedOverToNginx:
    """With MEDIA_ACCEL. That nginx then sends it, and to nobody else: tests/test_nginx.py."""

    @pytest.fixture(autouse=True)
    def accelerated(self, settings):
        settings.MEDIA_ACCEL = "/protected-media/"

    def test_names_the_file_and_sends_nothing(self, client, blob):
        response = client.get(url(blob, filename="a.jpg"), headers={"Range": "bytes=0-1"})
        assert (response.status_code, response.content) == (200, b"")
        assert response["X-Accel-Redirect"] == f"/protected-media/originals/{blob}"
        assert response["Content-Type"] == "image/jpeg"
        assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert response["Content-Disposition"].startswith("attachment")

    def test_a_name_is_quoted(self, client):
        """nginx would take what stands behind a ? for a query, and a %2e for a dot."""
        name = storage.put("originals", "7/a?b%2e é.jpg", ContentFile(b"x"))
        told = client.get(url(name))["X-Accel-Redirect"]
        assert told.startswith("/protected-media/originals/7/")
        assert unquote(told).removeprefix("/protected-media/originals/") == name
        assert "?" not in told
        assert told.isascii()

    def test_what_is_not_signed_or_not_there_is_404(self, client, blob):
        good = url(blob)
        for bad in (good[:-1], good.replace("originals", "processed"), good.split("?")[0]):
            response = client.get(bad)
            assert response.status_code == 404
            assert "X-Accel-Redirect" not in response
        storage.delete("originals", blob)
        assert client.get(good).status_code == 404

    def test_its_group_may_read(self, settings):
        """nginx is another user; without it, nobody else reads a patient's picture."""
        for accel, file, folder in (("/protected-media/", 0o640, 0o750), ("", 0o600, 0o700)):
            settings.MEDIA_ACCEL = accel
            container = LocalContainer("originals")
            path = Path(container.path(container.save(f"{folder}/x.jpg", ContentFile(b"x"))))
            assert path.stat().st_mode & 0o777 == file
            assert path.parent.stat().st_mode & 0o777 == folder

    @pytest.mark.parametrize("wrong", ["protected", "/protected", "https://x/", "/a b/"])
    def test_a_path_that_cannot_be_one_is_refused(self, settings, wrong):
        assert not [one for one in run_checks() if one.id == "imaging.E009"]
        settings.MEDIA_ACCEL = wrong
        assert [one for one in run_checks() if one.id == "imaging.E009"]


def test_a_signed_path_answers_to_looking_only(client, blob):
    link = url(blob)
    assert client.head(link).status_code == 200
    for method in (client.post, client.put, client.patch, client.delete):
        assert method(link).status_code == 405


def test_gone_is_404(client, blob):
    link = url(blob)
    storage.delete("originals", blob)
    storage.delete("originals", blob)  # twice is fine
    assert client.get(link).status_code == 404


@pytest.mark.parametrize(
    ("asked", "status", "content", "content_range"),
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
def test_a_range_is_answered_with_its_part(client, blob, asked, status, content, content_range):
    response = client.get(url(blob), headers={"Range": asked})
    assert response.status_code == status
    assert response.headers.get("Content-Range") == content_range
    if content is not None:
        assert body(response) == content
        assert response["Content-Length"] == str(len(content))


def test_outage_is_ours_to_name(monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storages["originals"], "_save", full)
    with pytest.raises(StorageUnavailable):
        storage.put("originals", "x.jpg", ContentFile(b"x"))


def test_blobs_lists_what_is_there(blob):
    assert [name for name, _changed in storages["originals"].blobs()] == [blob]


@pytest.mark.parametrize("ttl", [0, -1, 3601, None])
def test_check_of_the_expiry(settings, ttl):
    settings.SIGNED_URL_TTL = ttl
    assert "imaging.E001" in [error.id for error in run_checks()]


def test_check_of_containers(settings):
    settings.STORAGES = settings.STORAGES | {
        "originals": settings.STORAGES["processed"],
    }
    assert "imaging.E002" in [error.id for error in run_checks()]
