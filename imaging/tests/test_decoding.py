"""The decoding process and its limits: a file may end it, and nothing else.

Without them one upload takes a web worker with it, and with it every upload under way.
"""

import io
import os
import signal
import threading
import time
from functools import cache

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from PIL import Image

from conftest import photograph
from imaging import intake
from imaging.decoding import pool as pools
from imaging.errors import DecoderUnavailable, ImageRefused


@pytest.fixture
def pool():
    made = pools.Pool(2)
    yield made
    made.close()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "photo"
    path.write_bytes(photograph())
    with path.open("rb") as opened:
        yield opened


@cache
def progressive(scans, size=(4000, 3000)):
    """A JPEG of many scans: every one of them goes over the whole picture again."""
    out = io.BytesIO()
    Image.new("RGB", size, "tan").save(out, "JPEG", quality=30, progressive=True)
    data = out.getvalue()
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * scans + data[-2:]


def end_with(monkeypatch, status):
    """Every process that is asked ends with this status (negative: by this signal)."""

    def killed(decoder, file):
        if status < 0:
            decoder.process.send_signal(-status)
        raise pools.Ended(decoder.process.wait() if status < 0 else status)

    monkeypatch.setattr(pools.Decoder, "decode", killed)


def test_one_process_serves_file_after_file(pool, file):
    found = [pool.decode(file) for _ in range(3)]
    assert found[0] == found[1] == found[2]
    assert [decoder.files for decoder in pool.idle] == [3]


def test_files_at_a_time_have_a_process_each(pool, tmp_path):
    """One after the other would halve what two processors take in."""
    (tmp_path / "x").write_bytes(photograph(size=(1600, 1200)))
    seen = set()

    def work():
        with (tmp_path / "x").open("rb") as opened:
            for _ in range(5):
                pool.decode(opened)
                seen.update(decoder.process.pid for decoder in pool.idle)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= len(seen) <= 2, "never more than the pool's size"


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT])
def test_a_decoder_that_crashes_is_a_refusal(pool, file, monkeypatch, number):
    with monkeypatch.context() as patched:
        end_with(patched, -number)
        with pytest.raises(ImageRefused) as caught:
            pool.decode(file)
    assert caught.value.code == "corrupt_image"
    assert pool.decode(file).width == 320, "the next file has a new process"


def test_a_process_killed_while_idle_is_replaced(pool, file):
    pool.decode(file)
    os.kill(pool.idle[0].process.pid, signal.SIGKILL)
    pool.idle[0].process.wait()
    assert pool.decode(file).width == 320


def test_a_process_killed_at_work_is_not_the_files_fault(pool, file):
    """An administrator's kill must not tell a clinician that the photograph is damaged."""
    pool.decode(file)
    victim = pool.idle[0].process
    os.kill(victim.pid, signal.SIGSTOP)
    killer = threading.Timer(0.2, os.kill, (victim.pid, signal.SIGKILL))
    killer.start()
    assert pool.decode(file).width == 320
    killer.join()


def test_killed_again_and_again_is_unavailable(pool, file, monkeypatch):
    end_with(monkeypatch, -signal.SIGKILL)
    with pytest.raises(DecoderUnavailable):
        pool.decode(file)


def test_all_busy_is_unavailable(file, monkeypatch):
    monkeypatch.setattr(pools, "WAIT", 0.05)
    with pytest.raises(DecoderUnavailable):
        pools.Pool(0).decode(file)


def test_a_process_that_hangs_is_ended(pool, file, settings):
    pool.decode(file)
    os.kill(pool.idle[0].process.pid, signal.SIGSTOP)
    settings.DECODER_SECONDS = 0.1
    with pytest.raises(DecoderUnavailable):
        pool.decode(file)
    assert not pool.idle


def test_processor_time_runs_out(settings):
    settings.DECODER_SECONDS = 0.3
    began = time.monotonic()
    with pytest.raises(ImageRefused) as caught:
        intake.read(SimpleUploadedFile("x", progressive(80)))
    assert (caught.value.code, caught.value.message) == ("corrupt_image", "too_heavy")
    assert time.monotonic() - began < 5


def test_memory_runs_out_for_the_decoder_alone(settings, tmp_path):
    settings.DECODER_MEMORY = 200_000_000
    pool = pools.Pool(1)
    path = tmp_path / "large.webp"
    Image.new("RGB", (8000, 8000), "tan").save(path, "WEBP", quality=1, method=0)
    with path.open("rb") as file, pytest.raises(ImageRefused) as caught:
        pool.decode(file)
    assert caught.value.code == "corrupt_image"
    path.write_bytes(photograph())
    with path.open("rb") as file:
        assert pool.decode(file).width == 320, "and it takes the next file"
    pool.close()


def test_the_process_knows_no_secret(pool, file, monkeypatch):
    """A decoder that is taken over finds no key and no database."""
    monkeypatch.setenv("DATABASE_URL", "postgres://user:secret@db/dermaai")
    pool.decode(file)
    process = pool.idle[0].process
    with open(f"/proc/{process.pid}/environ", "rb") as environ:
        assert not {b"SECRET_KEY", b"DATABASE_URL"} & {
            line.partition(b"=")[0] for line in environ.read().split(b"\0")
        }
    time.sleep(0.1)  # it closes the photograph after its answer
    open_files = os.listdir(f"/proc/{process.pid}/fd")
    assert set(open_files) == {"0", "1", "2"}, "its socket, and nowhere"


def test_it_ends_with_its_web_process(pool, file):
    pool.decode(file)
    decoder = pool.idle.pop()
    decoder.socket.close()  # what the kernel does for a process that is killed
    assert decoder.process.wait(5) == 0


def test_a_fault_of_ours_is_not_a_refusal(pool, file, monkeypatch):
    monkeypatch.setattr(
        pools.Decoder, "decode", lambda *_: ({"failed": "ValueError at quality.py:1"}, b"", b"")
    )
    with pytest.raises(RuntimeError, match="quality"):
        pool.decode(file)


def test_upload_on_disk_is_read_where_it_lies(settings, monkeypatch):
    """No second copy of a photograph, on disk or in memory."""
    monkeypatch.setattr(intake, "TemporaryFile", None)
    upload = TemporaryUploadedFile("x.jpg", "image/jpeg", len(photograph()), None)
    upload.write(photograph())
    assert intake.read(upload).original is upload
    assert upload.read() == photograph(), "from its beginning"
    upload.close()
