"""What a request may leave on the disk before anybody has asked who sent it."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory

from testing.cast import photograph, upload

BIG = 300_000


@pytest.fixture
def small(settings):
    settings.MAX_UPLOAD_SIZE = 100_000


def test_of_a_file_too_large_no_more_is_written_than_tells_so(small, settings):
    """Or whoever can reach the login page fills the disk."""
    file = SimpleUploadedFile("x.jpg", b"\0" * BIG)
    request = RequestFactory().post("/", {"file": file})
    (found,) = request.FILES.values()
    with found:
        assert Path(found.temporary_file_path()).stat().st_size == settings.MAX_UPLOAD_SIZE + 1
    assert found.size == BIG


@pytest.mark.django_db
def test_it_is_refused_as_too_large(small, api, doctor):
    answer = api(doctor).post(
        "/api/v1/remove-background", {"file": upload(data=photograph() + bytes(BIG))}, "multipart"
    )
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "file_too_large"


@pytest.mark.django_db
def test_many_files_are_not_read():
    """On a form, too, whose files nobody wants: it is read to find its CSRF token."""
    stranger = Client(enforce_csrf_checks=True)
    stranger.get("/accounts/login/")
    answers = []
    for count in (2, 3):
        files = {f"file{number}": SimpleUploadedFile("x", b"x") for number in range(count)}
        answers.append(stranger.post("/accounts/login/", files).status_code)
    assert answers == [403, 400]


@pytest.mark.django_db
def test_a_long_extension_is_a_name(api, doctor):
    """No file system takes it as part of a path; a 500 told so, with the name in the log."""
    answer = api(doctor).post(
        "/api/v1/remove-background", {"file": upload(f"a.{'x' * 250}")}, "multipart"
    )
    assert answer.status_code == 202
    assert answer.json()["original_name"] == f"a.{'x' * 250}"
