"""The decoding process and its limits: a file may end it, and nothing else.

Without them one upload takes a web worker with it, and with it every upload under way.
"""

import io
import json
import os
import signal
import socket
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import asdict
from functools import cache

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from PIL import Image

from imaging import intake
from imaging.decoding import decoder as decoding
from imaging.decoding.decoder import Decoder, Decoders
from imaging.errors import DecoderUnavailable, ImageRefused
from imaging.sandbox import ProcessExited, ProcessTimeout
from testing.cast import photograph


@pytest.fixture
def pool():
    made = Decoders(2)
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
        decoder.files += 1
        if status < 0:
            decoder.process.send_signal(-status)
        raise ProcessExited(decoder.process.wait() if status < 0 else status)

    monkeypatch.setattr(Decoder, "decode", killed)


def test_one_process_serves_file_after_file(pool, file):
    found = [pool.decode(file) for _ in range(3)]
    assert found[0] == found[1] == found[2]
    assert [decoder.files for decoder in pool.idle] == [3]


def test_files_at_a_time_have_a_process_each(pool, file, monkeypatch):
    """One after the other would halve what two processors take in."""
    decode, both, seen = Decoder.decode, threading.Barrier(2, timeout=20), set()

    def together(decoder, file):
        seen.add(decoder.process.pid)
        both.wait()  # breaks unless two are at work at once
        return decode(decoder, file)

    monkeypatch.setattr(Decoder, "decode", together)
    threads = [threading.Thread(target=pool.decode, args=(file,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == len(pool.idle) == 2


def test_a_crash_after_another_file_is_looked_at_again(pool, file, monkeypatch):
    """What a file before has spoilt is not this photograph's fault."""
    pool.decode(file)
    used, decode = pool.idle[0], Decoder.decode

    def crash(decoder, file):
        if decoder is not used:
            return decode(decoder, file)
        decoder.files += 1
        raise ProcessExited(-signal.SIGSEGV)

    monkeypatch.setattr(Decoder, "decode", crash)
    assert pool.decode(file).width == 320


def test_an_answer_that_drips_is_not_waited_for(pool, file, monkeypatch):
    """A byte now and then must not hold a web thread for days."""
    pool.decode(file)
    decoder = pool.idle.pop()
    ours, theirs = socket.socketpair()
    decoder.socket.close()
    decoder.socket = ours

    def drip():
        with suppress(OSError):
            for _ in range(200):
                theirs.send(b"x")
                time.sleep(0.01)

    threading.Thread(target=drip, daemon=True).start()
    with pytest.raises(ProcessTimeout):
        decoder._receive(1000, time.monotonic() + 0.2)
    theirs.close()


def test_no_process_can_be_started(pool, file, monkeypatch):
    """503 and try again, not an error page: the machine is out of processes or descriptors."""

    def out_of_them(*args, **kwargs):
        raise BlockingIOError

    monkeypatch.setattr(subprocess, "Popen", out_of_them)
    with pytest.raises(DecoderUnavailable):
        pool.decode(file)


def test_limit_of_memory_that_is_none_is_refused(pool, file, settings):
    """Less than the process itself takes would be taken for no limit at all."""
    settings.DECODER_MEMORY = 10_000_000
    with pytest.raises(DecoderUnavailable):
        pool.decode(file)


def test_decoder_cannot_write_the_original(tmp_path, monkeypatch):
    """The file is hashed before, and handed over to be read."""
    seen = {}

    def look(pool, file):
        seen["writable"] = file.writable()
        return decode(pool, file)

    decode = Decoders.decode
    monkeypatch.setattr(Decoders, "decode", look)
    upload = TemporaryUploadedFile("x.jpg", "image/jpeg", 0, None)
    upload.write(photograph())
    intake.read(upload)
    upload.close()
    assert seen == {"writable": False}


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
    monkeypatch.setattr(Decoders, "max_wait", 0.05)
    with pytest.raises(DecoderUnavailable):
        Decoders(0).decode(file)


def test_a_process_that_hangs_is_ended(pool, file, settings):
    pool.decode(file)
    os.kill(pool.idle[0].process.pid, signal.SIGSTOP)
    settings.DECODER_SECONDS = 0.1
    with pytest.raises(DecoderUnavailable):
        pool.decode(file)
    assert not pool.idle


def test_processor_time_runs_out(settings):
    settings.DECODER_SECONDS = 1
    with pytest.raises(ImageRefused) as caught:
        intake.read(SimpleUploadedFile("x", progressive(80, (6000, 4500))))
    assert (caught.value.code, caught.value.message) == ("corrupt_image", "too_heavy")


def test_memory_runs_out_for_the_decoder_alone(settings, tmp_path):
    settings.DECODER_MEMORY = 200_000_000
    pool = Decoders(1)
    path = tmp_path / "large.webp"
    Image.new("RGB", (8000, 8000), "tan").save(path, "WEBP", quality=1, method=0)
    with path.open("rb") as file, pytest.raises(ImageRefused) as caught:
        pool.decode(file)
    assert caught.value.code == "corrupt_image"
    assert len(pool.idle) == 1, "the process lives on"
    path.write_bytes(photograph())
    with path.open("rb") as file:
        assert pool.decode(file).width == 320, "and it takes the next file"
    pool.close()


def test_memory_that_another_file_left_taken_is_not_the_file_s_fault(pool, file, monkeypatch):
    """The largest picture of the day would be refused for the one before it."""
    pool.decode(file)
    used, decode = pool.idle[0], Decoder.decode
    too_heavy = json.dumps({"refused": ["corrupt_image", "too_heavy", {}]}).encode()

    def decode_or_not(decoder, file):
        if decoder is not used:
            return decode(decoder, file)
        decoder.files += 1
        return [too_heavy, b"", b""]

    monkeypatch.setattr(Decoder, "decode", decode_or_not)
    assert pool.decode(file).width == 320
    assert used.process.poll() is not None, "nor does the next file meet it"


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


def answer_with(monkeypatch, told, display=b"\xff\xd8\xff", thumbnail=b"RIFF....WEBP"):
    answer = (json.dumps(told).encode(), display, thumbnail)
    monkeypatch.setattr(Decoder, "decode", lambda *_: answer)


def test_a_fault_of_ours_is_not_a_refusal(pool, file, monkeypatch):
    answer_with(monkeypatch, {"failed": "ValueError at quality.py:1"})
    with pytest.raises(RuntimeError, match="quality"):
        pool.decode(file)


@pytest.mark.parametrize(
    "lie",
    [
        {"mime_type": "../../etc/cron.d/x"},
        {"mime_type": "text/html"},
        {"width": -1},
        {"height": 2**40},
        {"width": "1"},
        {"sharpness": float("nan")},
        {"captured_at": "2026-11-14T09:42:07", "captured_from": "original"},
        {"captured_at": "9999-12-31T23:59:59+00:00", "captured_from": "original"},
        {"captured_offset": 10**9},
        {"captured_from": "<b>"},
        {"captured_from": ["original"]},
        {"captured_at": "2026-11-14T09:42:07+01:00", "captured_from": ""},
        {"captured_at": None, "captured_from": "file"},
        {"camera_model": "x" * 5000},
        {"camera_model": "a\0b"},
        {"width": True},
        {"damaged": "no"},
        {"owner": 1},
    ],
    ids=str,
)
def test_a_decoder_that_was_taken_over_is_not_believed(pool, file, monkeypatch, lie):
    """What it says becomes names of blobs, rows and pages."""
    found = asdict(pool.decode(file))
    for name in ("display", "thumbnail"):
        del found[name]
    with monkeypatch.context() as patched:
        answer_with(patched, {"photo": found})
        assert pool.decode(file).width == 320, "the truth goes through"
    with monkeypatch.context() as patched:
        answer_with(patched, {"photo": found | lie})
        with pytest.raises(ImageRefused):
            pool.decode(file)
    assert not pool.idle, "it is not asked again"


def test_renditions_are_pictures(pool, file, monkeypatch):
    found = asdict(pool.decode(file))
    page = b"<html><script>alert(1)</script>"
    del found["display"], found["thumbnail"]
    for display, thumbnail in ((page, b"RIFF....WEBP"), (b"\xff\xd8\xff", page)):
        answer_with(monkeypatch, {"photo": found}, display, thumbnail)
        with pytest.raises(ImageRefused):
            pool.decode(file)


def test_an_answer_of_impossible_length_is_not_waited_for(pool, file, monkeypatch):
    """Four gigabytes of nothing would take the web process with them."""
    pool.decode(file)
    decoder = pool.idle[0]
    receive = decoder._receive
    lengths = decoding.REPLY.pack(10, 2**32 - 1, 10)
    monkeypatch.setattr(
        decoder, "_receive", lambda size, by: receive(size, by) and lengths, raising=True
    )
    with pytest.raises(ImageRefused):
        pool.decode(file)
    assert decoder.process.poll() is not None


def test_upload_on_disk_is_read_where_it_lies(settings, monkeypatch):
    """No second copy of a photograph, on disk or in memory."""
    monkeypatch.setattr(intake.storage, "temporary_file", None)
    upload = TemporaryUploadedFile("x.jpg", "image/jpeg", len(photograph()), None)
    upload.write(photograph())
    assert intake.read(upload).original is upload
    assert upload.read() == photograph(), "from its beginning"
    upload.close()
