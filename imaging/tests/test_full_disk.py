"""A full disk is an outage like any other, and leaves nothing partly written.

The kernel really refuses: by a limit on this process's file size, by /dev/full, or because the
folder is missing.
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
def limited_file_size(size=1000):
    """While in this context, no file can grow past `size` bytes."""
    old_limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, old_limit[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old_limit)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.fixture
def missing_upload_folder(settings, tmp_path):
    """The folder of uploads cannot be written to."""
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "gone")


def test_upload_answers_503_when_the_disk_is_full(api, doctor, consultation, missing_upload_folder):
    """A 500 would tell clients not to retry."""
    client = api(doctor)
    client.raise_request_exception = False
    path = f"/api/v1/consultations/{consultation.pk}/images"
    answer = client.post(path, {"file": upload()}, format="multipart")
    assert answer.status_code == 503
    assert answer.json()["errors"][0]["code"] == "storage_unavailable"
    assert int(answer["Retry-After"]) > 0


@pytest.mark.parametrize("size", [2**20, 4000], ids=["while receiving", "at the end"])
def test_full_disk_while_receiving_is_storage_unavailable(rf, size):
    handler = LargeChunkUploadHandler(rf.post("/"))
    handler.new_file("file", "x.jpg", "image/jpeg", None)

    def receive():
        handler.receive_data_chunk(b"x" * size, 0)
        handler.file_complete(size)

    with limited_file_size(), pytest.raises(StorageUnavailable):
        receive()


def test_full_disk_while_copying_an_upload_is_storage_unavailable():
    data = photograph()
    with limited_file_size(), pytest.raises(StorageUnavailable):
        intake.read(SimpleUploadedFile("x.jpg", data))
    assert not list(Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*.upload")), "no file is left"


def test_failed_replace_keeps_the_old_blob_only(files):
    """Otherwise it takes up scarce space for an hour."""
    storage.put("processed", "1/x.png", ContentFile(b"the old one"))
    with limited_file_size(), pytest.raises(StorageUnavailable):
        storage.replace("processed", "1/x.png", ContentFile(b"x" * 100_000))
    assert [name for name, _changed in storage.blobs("processed")] == ["1/x.png"]
    assert b"".join(storage.chunks("processed", "1/x.png")) == b"the old one"


def test_full_disk_while_writing_a_cutout_is_engine_unavailable(tmp_path):
    """Otherwise an image fails for good because the disk was full for a moment."""
    (tmp_path / "original").write_bytes(photograph())
    with (
        (tmp_path / "original").open("rb") as original,
        open("/dev/full", "r+b") as out,
        pytest.raises(EngineUnavailable, match="cannot be written"),
    ):
        background.remove(original, out, engine="lesion")
    background.close()
