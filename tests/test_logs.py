"""A log leaves the house: to whoever keeps it, and with whoever asks for help."""

import json
import logging

import pytest
from django.db import IntegrityError, connection, transaction

from consultations.models import Patient
from dermaai.logs import JsonFormatter, format_exception
from imaging.errors import StorageUnavailable

NAME, URL = "Lefèvre", "https://account.example/originals/x?sig=hush"


def lines(caplog):
    return [json.loads(JsonFormatter().format(record)) for record in caplog.records]


@pytest.mark.django_db
def test_a_row_is_not_told(record, doctor):
    """PostgreSQL says which key is there twice: the number of a patient's file."""
    caught = None
    try:
        with transaction.atomic():
            Patient.objects.create(file_number=record.file_number, created_by=doctor)
    except IntegrityError as error:
        caught = error
    said = format_exception(caught)
    assert "20418" not in said
    assert "django.db.utils.IntegrityError" in said
    if connection.vendor == "postgresql":
        assert "20418" in str(caught)
        assert "constraint=patient_file_number_unique" in said


class Wrapped(OSError):
    """As libraries derive theirs: of a URL that holds a signature."""


def test_what_an_exception_stumbled_over_is_not_told(caplog):
    try:
        try:
            try:
                int(NAME)
            except ValueError as error:
                raise Wrapped(URL) from error
        except OSError as error:
            raise StorageUnavailable("originals") from error
    except StorageUnavailable:
        logging.getLogger("dermaai").exception("it broke")
    (line,) = lines(caplog)
    assert NAME not in line["exception"]
    assert "hush" not in line["exception"]
    for told in ("builtins.ValueError", "Wrapped", "StorageUnavailable: originals", __file__):
        assert told in line["exception"]


def test_what_the_machine_says_is_told():
    for error in (FileNotFoundError(2, "No such file", "/data/x"), TypeError("not a string")):
        assert format_exception(error).endswith(str(error))


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/s/SeCrEt/)", "/accounts/password-reset/MQ/SeCrEt/x"])
def test_a_link_is_not_told(client, caplog, path):
    """Django names the path that it refuses, and a link that lost its end still opens."""
    assert client.get(path).status_code == 404
    told = lines(caplog)
    assert any(line["logger"] == "django.request" for line in told)
    assert "SeCrEt" not in json.dumps(told)
