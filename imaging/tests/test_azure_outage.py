"""An Azure account that does not answer: a clear error in time, and nothing partly stored."""

import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command

from consultations.models import ConsultationImage
from gallery.models import Reservation, UserImage
from imaging import storage
from imaging.errors import StorageUnavailable
from testing.backends import store_in
from testing.cast import blobs, upload

MAX_SECONDS = 15  # until an upload must be answered
KEY = "a2V5" * 16


def connection_string_for(port):
    return f"AccountName=gone;AccountKey={KEY};BlobEndpoint=http://127.0.0.1:{port}/gone;"


@contextmanager
def closed():
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # bound without listening: connections are refused
        yield bound.getsockname()[1]


@contextmanager
def silent():
    """Accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@contextmanager
def black_hole():
    """Connections time out, because the queue of pending ones is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        address = server.getsockname()
        connections = [socket.socket() for _ in range(8)]
        for connection in connections:
            connection.setblocking(False)
            connection.connect_ex(address)
        time.sleep(0.2)
        yield address[1]
        for connection in connections:
            connection.close()


@pytest.fixture
def lenient_client(api):
    def client_for(user):
        client = api(user)
        client.raise_request_exception = False  # a 503 is the expected answer
        return client

    return client_for


@pytest.fixture(params=[closed, silent, black_hole], ids=lambda kind: kind.__name__)
def unreachable_account(request, settings, monkeypatch):
    with request.param() as port:
        settings.AZURE = True
        settings.AZURE_STORAGE_CONNECTION_STRING = connection_string_for(port)
        store_in(settings, monkeypatch, "imaging.storage.azure.AzureContainer")
        yield


def test_upload_answers_503_in_time_and_stores_nothing(
    unreachable_account, lenient_client, doctor, consultation
):
    started = time.monotonic()
    answer = lenient_client(doctor).post(
        f"/api/v1/consultations/{consultation.pk}/images", {"file": upload()}, format="multipart"
    )
    seconds = time.monotonic() - started
    assert answer.status_code == 503
    assert answer.json()["errors"][0]["code"] == "storage_unavailable"
    assert int(answer["Retry-After"]) > 0
    assert seconds < MAX_SECONDS
    assert not ConsultationImage.objects.exists()


@pytest.mark.parametrize("unreachable_account", [closed], indirect=True)
def test_gallery_upload_during_an_outage_takes_no_quota(
    unreachable_account, lenient_client, doctor
):
    answer = lenient_client(doctor).post(
        "/api/v1/remove-background", {"file": upload()}, format="multipart"
    )
    assert answer.status_code == 503
    assert not UserImage.objects.exists()
    assert not Reservation.objects.exists()


@pytest.mark.parametrize("unreachable_account", [closed], indirect=True)
def test_reconcile_stops_when_storage_does_not_answer(unreachable_account, db):
    with pytest.raises(CommandError, match="does not answer"):
        call_command("reconcile")
    with pytest.raises(StorageUnavailable):
        list(storage.blobs("originals"))


@pytest.mark.parametrize("unreachable_account", [closed], indirect=True)
def test_consultation_page_works_without_storage(unreachable_account, page, doctor, consultation):
    """Signing URLs needs no network, so records can be read during an outage."""
    assert page(doctor).get(f"/consultations/{consultation.pk}/").status_code == 200


@pytest.mark.django_db
def test_upload_works_again_after_an_outage(azure, lenient_client, doctor, consultation):
    path = f"/api/v1/consultations/{consultation.pk}/images"
    with azure.broken("thumbnails"):
        refused = lenient_client(doctor).post(path, {"file": upload()}, format="multipart")
    assert (refused.status_code, blobs()) == (503, set())
    accepted = lenient_client(doctor).post(path, {"file": upload()}, format="multipart")
    assert accepted.status_code == 201
    assert len(blobs()) == 3


def test_memory_does_not_grow_with_blob_size(azure, settings):
    """A worker that loads whole blobs into memory is killed sooner or later."""
    result = subprocess.run(
        [sys.executable, "-m", "testing.programs.blob_memory"],
        cwd=django_settings.BASE_DIR,
        env={
            "DJANGO_SETTINGS_MODULE": "dermaai.settings",
            "SECRET_KEY": "measured",
            "DERMAAI_DATA": str(settings.DERMAAI_DATA),
            "AZURE_STORAGE_CONNECTION_STRING": settings.AZURE_STORAGE_CONNECTION_STRING,
            "AZURE_CONTAINER_PREFIX": settings.AZURE_CONTAINER_PREFIX,
        },
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert result.returncode == 0, result.stderr
    small, large = map(float, result.stdout.split())
    assert large - small < 16, "MiB more for a blob of 100 MiB than for one of 12"
