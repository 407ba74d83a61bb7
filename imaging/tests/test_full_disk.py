"""A disk that takes nothing more: an outage like any other, and nothing half written stays.

The kernel refuses: by a limit of this process on the size of a file, by /dev/full, or because the
folder is gone.
"""

import resource
import signal
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from imaging import background, intake, storage
from imaging.errors import EngineUnavailable, StorageUnavailable
from imaging.uploadhandler import LargeChunkUploadHandler
from testing.cast import photograph, upload


@contextmanager
def full(size=1000):
    """While this lasts, no file grows past `size` bytes."""
    former = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, former[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, former)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.fixture
def nowhere(settings, tmp_path):
    """The folder of uploads cannot be written to."""
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "gone")


def test_an_upload_that_finds_no_room_is_503(api, doctor, consultation, nowhere):
    """500 would tell the page, and an integrator, not to try again."""
    client = api(doctor)
    client.raise_request_exception = False
    path = f"/api/v1/consultations/{consultation.pk}/images"
    answer = client.post(path, {"file": upload()}, format="multipart")
    assert answer.status_code == 503
    assert answer.json()["errors"][0]["code"] == "storage_unavailable"
    assert int(answer["Retry-After"]) > 0


@pytest.mark.parametrize("size", [2**20, 4000], ids=["while it comes", "at its end"])
def test_an_upload_that_breaks_off_in_a_full_disk_is_an_outage(rf, size):
    handler = LargeChunkUploadHandler(rf.post("/"))
    handler.new_file("file", "x.jpg", "image/jpeg", None)

    def receive():
        handler.receive_data_chunk(b"x" * size, 0)
        handler.file_complete(size)

    with full(), pytest.raises(StorageUnavailable):
        receive()


def test_a_passing_copy_that_finds_no_room_is_an_outage():
    data = photograph()
    with full(), pytest.raises(StorageUnavailable):
        intake.read(SimpleUploadedFile("x.jpg", data))
    assert not list(Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*.upload")), "nothing stays"


def test_what_did_not_fit_is_not_kept(files):
    """It would take the room that there is none of, for an hour."""
    storage.put("processed", "1/x.png", ContentFile(b"the former"))
    with full(), pytest.raises(StorageUnavailable):
        storage.replace("processed", "1/x.png", ContentFile(b"x" * 100_000))
    assert [name for name, _changed in storage.blobs("processed")] == ["1/x.png"]
    assert b"".join(storage.chunks("processed", "1/x.png")) == b"the former"


def test_no_room_for_a_cut_out_is_not_the_picture_s_fault(tmp_path):
    """The image would else have failed for good, because of a disk that was full for a moment."""
    (tmp_path / "original").write_bytes(photograph())
    with (
        (tmp_path / "original").open("rb") as original,
        open("/dev/full", "r+b") as out,
        pytest.raises(EngineUnavailable, match="cannot be written"),
    ):
        background.remove(original, out, engine="lesion")
    background.close()
