"""Logs leave the practice, so they must not contain patients' data or secrets."""

import json
import logging

import pytest
from django.db import IntegrityError, connection, transaction

from consultations.models import Patient
from dermaai.logs import JsonFormatter, format_exception
from imaging.errors import StorageUnavailable

NAME, URL = "Lefèvre", "https://account.example/originals/x?sig=hush"


def log_lines_of(caplog):
    return [json.loads(JsonFormatter().format(record)) for record in caplog.records]


@pytest.mark.django_db
def test_integrity_error_is_logged_without_the_row(record, doctor):
    """PostgreSQL's message contains the duplicate value: a patient's file number."""
    raised = None
    try:
        with transaction.atomic():
            Patient.objects.create(file_number=record.file_number, created_by=doctor)
    except IntegrityError as error:
        raised = error
    text = format_exception(raised)
    assert "20418" not in text
    assert "django.db.utils.IntegrityError" in text
    if connection.vendor == "postgresql":
        assert "20418" in str(raised)
        assert "constraint=patient_file_number_unique" in text


class LibraryError(OSError):
    """An exception of a library, with a signed URL as its message."""


def test_exceptions_are_logged_without_their_values(caplog):
    try:
        try:
            try:
                int(NAME)
            except ValueError as error:
                raise LibraryError(URL) from error
        except OSError as error:
            raise StorageUnavailable("originals") from error
    except StorageUnavailable:
        logging.getLogger("dermaai").exception("failed")
    (line,) = log_lines_of(caplog)
    assert NAME not in line["exception"]
    assert "hush" not in line["exception"]
    for expected in (
        "builtins.ValueError",
        "LibraryError",
        "StorageUnavailable: originals",
        __file__,
    ):
        assert expected in line["exception"]


def test_system_errors_are_logged_with_their_message():
    for error in (FileNotFoundError(2, "No such file", "/data/x"), TypeError("not a string")):
        assert format_exception(error).endswith(str(error))


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/s/SeCrEt/)", "/accounts/password-reset/MQ/SeCrEt/x"])
def test_tokens_in_paths_are_not_logged(client, caplog, path):
    """Django logs the path of a 404, and a mistyped link may still contain a valid token."""
    assert client.get(path).status_code == 404
    log_lines = log_lines_of(caplog)
    assert any(line["logger"] == "django.request" for line in log_lines)
    assert "SeCrEt" not in json.dumps(log_lines)
