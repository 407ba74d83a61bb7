"""What a request may write to disk before its sender is authenticated."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, RequestFactory

from testing.cast import photograph, upload

LARGE = 300_000


@pytest.fixture
def small_limit(settings):
    settings.MAX_UPLOAD_SIZE = 100_000


def test_oversized_file_is_written_only_up_to_the_limit(small_limit, settings):
    """Otherwise anybody who reaches the login page can fill the disk."""
    file = SimpleUploadedFile("x.jpg", b"\0" * LARGE)
    request = RequestFactory().post("/", {"file": file})
    (received,) = request.FILES.values()
    with received:
        assert Path(received.temporary_file_path()).stat().st_size == settings.MAX_UPLOAD_SIZE + 1
    assert received.size == LARGE


@pytest.mark.django_db
def test_oversized_file_answers_file_too_large(small_limit, api, doctor):
    answer = api(doctor).post(
        "/api/v1/remove-background", {"file": upload(data=photograph() + bytes(LARGE))}, "multipart"
    )
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "file_too_large"


@pytest.mark.django_db
def test_too_many_files_answer_400():
    """Also on forms without file fields, which are parsed to find the CSRF token."""
    visitor = Client(enforce_csrf_checks=True)
    visitor.get("/accounts/login/")
    answers = []
    for count in (2, 3):
        files = {f"file{number}": SimpleUploadedFile("x", b"x") for number in range(count)}
        answers.append(visitor.post("/accounts/login/", files).status_code)
    assert answers == [403, 400]


@pytest.mark.django_db
def test_file_name_with_a_long_extension_is_accepted(api, doctor):
    """File systems refuse it in a path, which used to cause a 500 with the name in the log."""
    answer = api(doctor).post(
        "/api/v1/remove-background", {"file": upload(f"a.{'x' * 250}")}, "multipart"
    )
    assert answer.status_code == 202
    assert answer.json()["original_name"] == f"a.{'x' * 250}"
