"""An account that does not answer: a clear word in time, and nothing half stored."""

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

SECONDS = 15  # by which whoever uploads has an answer
KEY = "a2V5" * 16


def pointing_at(port):
    return f"AccountName=gone;AccountKey={KEY};BlobEndpoint=http://127.0.0.1:{port}/gone;"


@contextmanager
def closed():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens, and nobody else can
        yield taken.getsockname()[1]


@contextmanager
def silent():
    """Takes the request and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@contextmanager
def black_hole():
    """Packets vanish: a queue of connections that is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as server:
        address = server.getsockname()
        waiting = [socket.socket() for _ in range(8)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(address)
        time.sleep(0.2)
        yield address[1]
        for one in waiting:
            one.close()


@pytest.fixture
def client_of(api):
    def client(user):
        made = api(user)
        made.raise_request_exception = False  # a 503 is an answer
        return made

    return client


@pytest.fixture(params=[closed, silent, black_hole], ids=lambda kind: kind.__name__)
def gone(request, settings, monkeypatch):
    with request.param() as port:
        settings.AZURE = True
        settings.AZURE_STORAGE_CONNECTION_STRING = pointing_at(port)
        store_in(settings, monkeypatch, "imaging.storage.azure.AzureContainer")
        yield


def test_an_upload_is_answered_in_time_and_leaves_nothing(gone, client_of, doctor, consultation):
    began = time.monotonic()
    answer = client_of(doctor).post(
        f"/api/v1/consultations/{consultation.pk}/images", {"file": upload()}, format="multipart"
    )
    took = time.monotonic() - began
    assert answer.status_code == 503
    assert answer.json()["errors"][0]["code"] == "storage_unavailable"
    assert int(answer["Retry-After"]) > 0
    assert took < SECONDS
    assert not ConsultationImage.objects.exists()


@pytest.mark.parametrize("gone", [closed], indirect=True)
def test_a_gallery_keeps_its_room(gone, client_of, doctor):
    answer = client_of(doctor).post(
        "/api/v1/remove-background", {"file": upload()}, format="multipart"
    )
    assert answer.status_code == 503
    assert not UserImage.objects.exists()
    assert not Reservation.objects.exists()


@pytest.mark.parametrize("gone", [closed], indirect=True)
def test_reconcile_says_so_and_takes_nothing_for_missing(gone, db):
    with pytest.raises(CommandError, match="does not answer"):
        call_command("reconcile")
    with pytest.raises(StorageUnavailable):
        list(storage.blobs("originals"))


@pytest.mark.parametrize("gone", [closed], indirect=True)
def test_a_page_of_pictures_needs_no_storage(gone, page, doctor, consultation):
    """Signing is arithmetic: during an outage the record can still be read."""
    assert page(doctor).get(f"/consultations/{consultation.pk}/").status_code == 200


@pytest.mark.django_db
def test_an_account_that_comes_back_is_used_again(azure, client_of, doctor, consultation):
    path = f"/api/v1/consultations/{consultation.pk}/images"
    with azure.broken("thumbnails"):
        down = client_of(doctor).post(path, {"file": upload()}, format="multipart")
    assert (down.status_code, blobs()) == (503, set())
    again = client_of(doctor).post(path, {"file": upload()}, format="multipart")
    assert again.status_code == 201
    assert len(blobs()) == 3


MEASURED = """
import django, os, resource, sys, tempfile
django.setup()
from django.core.files import File
from imaging import storage
MB = 1024 * 1024

def most():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

class Nowhere:
    size = 0
    def write(self, data): self.size += len(data)
    def flush(self): pass

def file(size):
    made = tempfile.TemporaryFile()
    piece = os.urandom(MB)
    for _ in range(size):
        made.write(piece)
    made.seek(0)
    return File(made)

for name, size in (("small.jpg", 12), ("large.jpg", 100)):
    storage.put("originals", name, file(size))
    storage.replace("originals", name, file(size))
    out = Nowhere()
    storage.fetch("originals", name, out)
    assert out.size == size * MB
    assert sum(map(len, storage.stream("originals", name))) == size * MB
    print(most())
"""


def test_memory_stays_flat_whatever_the_size(azure, settings):
    """A worker that holds a blob whole is killed by the tenth."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED],
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
    assert done.returncode == 0, done.stderr
    small, large = map(float, done.stdout.split())
    assert large - small < 16, "MiB more for a blob of 100 MiB than for one of 12"
