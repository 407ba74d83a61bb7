"""The decoding process and its limits: a file may crash it, but not the web worker.

Otherwise one upload takes down a web worker, and with it every running upload.
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
    decoders = Decoders(2)
    yield decoders
    decoders.close()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "photo"
    path.write_bytes(photograph())
    with path.open("rb") as file_:
        yield file_


@cache
def progressive(scans, size=(4000, 3000)):
    """A JPEG of many scans, each of which covers the whole picture again."""
    out = io.BytesIO()
    Image.new("RGB", size, "tan").save(out, "JPEG", quality=30, progressive=True)
    data = out.getvalue()
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * scans + data[-2:]


def exit_with(monkeypatch, status):
    """Make every process exit with this status when it decodes (negative: by this signal)."""

    def exit_process(decoder, file):
        decoder.files += 1
        if status < 0:
            decoder.process.send_signal(-status)
        raise ProcessExited(decoder.process.wait() if status < 0 else status)

    monkeypatch.setattr(Decoder, "decode", exit_process)


def test_process_is_reused_for_later_files(pool, file):
    results = [pool.decode(file) for _ in range(3)]
    assert results[0] == results[1] == results[2]
    assert [decoder.files for decoder in pool.idle] == [3]


def test_concurrent_files_get_separate_processes(pool, file, monkeypatch):
    """Otherwise two processors take in half as much as they could."""
    decode, barrier, pids = Decoder.decode, threading.Barrier(2, timeout=20), set()

    def decode_together(decoder, file):
        pids.add(decoder.process.pid)
        barrier.wait()  # breaks unless both decode at the same time
        return decode(decoder, file)

    monkeypatch.setattr(Decoder, "decode", decode_together)
    threads = [threading.Thread(target=pool.decode, args=(file,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(pids) == len(pool.idle) == 2


def test_crash_in_a_used_process_is_retried_in_a_new_one(pool, file, monkeypatch):
    """An earlier file may have corrupted the process."""
    pool.decode(file)
    used_decoder, decode = pool.idle[0], Decoder.decode

    def crash(decoder, file):
        if decoder is not used_decoder:
            return decode(decoder, file)
        decoder.files += 1
        raise ProcessExited(-signal.SIGSEGV)

    monkeypatch.setattr(Decoder, "decode", crash)
    assert pool.decode(file).width == 320


def test_slow_reply_times_out(pool, file):
    """A byte now and then must not block a web thread for days."""
    pool.decode(file)
    decoder = pool.idle.pop()
    our_end, slow_end = socket.socketpair()
    decoder.socket.close()
    decoder.socket = our_end

    def drip():
        with suppress(OSError):
            for _ in range(200):
                slow_end.send(b"x")
                time.sleep(0.1)

    threading.Thread(target=drip, daemon=True).start()
    with pytest.raises(ProcessTimeout):
        decoder.request(b"", [file], time.monotonic() + 0.3)
    slow_end.close()


def test_failure_to_start_a_process_is_unavailable(pool, file, monkeypatch):
    """The machine is out of processes or descriptors: a 503 to retry, not an error page."""

    def fail(*args, **kwargs):
        raise BlockingIOError

    monkeypatch.setattr(subprocess, "Popen", fail)
    with pytest.raises(DecoderUnavailable):
        pool.decode(file)


def test_impossible_memory_limit_is_unavailable(pool, file, settings):
    """A limit below the process's own size could not be set, and must not mean "no limit"."""
    settings.DECODER_MEMORY = 10_000_000
    with pytest.raises(DecoderUnavailable):
        pool.decode(file)


def test_decoder_cannot_write_the_original(tmp_path, monkeypatch):
    """The file is already hashed, and is passed on read-only."""
    writable = {}

    def record_mode(pool, file):
        writable["writable"] = file.writable()
        return decode(pool, file)

    decode = Decoders.decode
    monkeypatch.setattr(Decoders, "decode", record_mode)
    upload = TemporaryUploadedFile("x.jpg", "image/jpeg", 0, None)
    upload.write(photograph())
    intake.read(upload)
    upload.close()
    assert writable == {"writable": False}


@pytest.mark.parametrize("signal_number", [signal.SIGSEGV, signal.SIGABRT])
def test_crash_refuses_the_file(pool, file, monkeypatch, signal_number):
    with monkeypatch.context() as patched:
        exit_with(patched, -signal_number)
        with pytest.raises(ImageRefused) as error:
            pool.decode(file)
    assert error.value.code == "corrupt_image"
    assert pool.decode(file).width == 320, "the next file gets a new process"


def test_process_killed_while_idle_is_replaced(pool, file):
    pool.decode(file)
    os.kill(pool.idle[0].process.pid, signal.SIGKILL)
    pool.idle[0].process.wait()
    assert pool.decode(file).width == 320


def test_file_is_retried_when_its_process_is_killed(pool, file):
    """Otherwise a killed process is reported to the clinician as a damaged photograph."""
    pool.decode(file)
    victim = pool.idle[0].process
    os.kill(victim.pid, signal.SIGSTOP)
    killer = threading.Timer(0.2, os.kill, (victim.pid, signal.SIGKILL))
    killer.start()
    assert pool.decode(file).width == 320
    killer.join()


def test_repeatedly_killed_processes_are_unavailable(pool, file, monkeypatch):
    exit_with(monkeypatch, -signal.SIGKILL)
    with pytest.raises(DecoderUnavailable):
        pool.decode(file)


def test_waiting_too_long_for_a_decoder_is_unavailable(file, monkeypatch):
    monkeypatch.setattr(Decoders, "max_wait", 0.05)
    with pytest.raises(DecoderUnavailable):
        Decoders(0).decode(file)


def test_hanging_process_is_killed(pool, file, settings):
    pool.decode(file)
    os.kill(pool.idle[0].process.pid, signal.SIGSTOP)
    settings.DECODER_SECONDS = 0.1
    with pytest.raises(DecoderUnavailable):
        pool.decode(file)
    assert not pool.idle


def test_processor_time_is_limited(settings):
    settings.DECODER_SECONDS = 1
    with pytest.raises(ImageRefused) as error:
        intake.read(SimpleUploadedFile("x", progressive(80, (6000, 4500))))
    assert (error.value.code, error.value.message) == ("corrupt_image", "too_heavy")


def test_memory_limit_fails_the_file_not_the_process(settings, tmp_path):
    settings.DECODER_MEMORY = 200_000_000
    pool = Decoders(1)
    path = tmp_path / "large.webp"
    Image.new("RGB", (8000, 8000), "tan").save(path, "WEBP", quality=1, method=0)
    with path.open("rb") as file, pytest.raises(ImageRefused) as error:
        pool.decode(file)
    assert error.value.code == "corrupt_image"
    assert len(pool.idle) == 1, "the process survives"
    path.write_bytes(photograph())
    with path.open("rb") as file:
        assert pool.decode(file).width == 320, "it decodes the next file"
    pool.close()


def test_too_heavy_in_a_used_process_is_retried_in_a_new_one(pool, file, monkeypatch):
    """Memory that an earlier file left allocated must not refuse a large picture."""
    pool.decode(file)
    used_decoder, decode = pool.idle[0], Decoder.decode
    too_heavy = json.dumps({"refused": ["corrupt_image", "too_heavy", {}]}).encode()

    def decode_in_fresh_process(decoder, file):
        if decoder is not used_decoder:
            return decode(decoder, file)
        decoder.files += 1
        return [too_heavy, b"", b""]

    monkeypatch.setattr(Decoder, "decode", decode_in_fresh_process)
    assert pool.decode(file).width == 320
    assert used_decoder.process.poll() is not None, "the used process is not used again"


def test_process_has_no_secrets_and_no_open_files(pool, file, monkeypatch):
    """A compromised decoder finds no key and no database."""
    monkeypatch.setenv("DATABASE_URL", "postgres://user:secret@db/dermaai")
    pool.decode(file)
    process = pool.idle[0].process
    with open(f"/proc/{process.pid}/environ", "rb") as environ:
        assert not {b"SECRET_KEY", b"DATABASE_URL"} & {
            line.partition(b"=")[0] for line in environ.read().split(b"\0")
        }
    time.sleep(0.1)  # it closes the file after its reply
    open_files = os.listdir(f"/proc/{process.pid}/fd")
    assert set(open_files) == {"0", "1", "2"}, "its socket and /dev/null"


def test_process_exits_with_its_web_process(pool, file):
    pool.decode(file)
    decoder = pool.idle.pop()
    decoder.socket.close()  # as the kernel does when a process is killed
    assert decoder.process.wait(5) == 0


def answer_with(monkeypatch, facts, display=b"\xff\xd8\xff", thumbnail=b"RIFF....WEBP"):
    answer = (json.dumps(facts).encode(), display, thumbnail)
    monkeypatch.setattr(Decoder, "decode", lambda *_: answer)


def test_exception_in_the_decoder_is_not_a_refusal(pool, file, monkeypatch):
    answer_with(monkeypatch, {"failed": "ValueError at quality.py:1"})
    with pytest.raises(RuntimeError, match="quality"):
        pool.decode(file)


@pytest.mark.parametrize(
    "forged",
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
def test_forged_facts_are_refused(pool, file, monkeypatch, forged):
    """Replies of a compromised decoder would end up in blob names, rows and pages."""
    facts = asdict(pool.decode(file))
    for name in ("display", "thumbnail"):
        del facts[name]
    with monkeypatch.context() as patched:
        answer_with(patched, {"photo": facts})
        assert pool.decode(file).width == 320, "valid facts are accepted"
    with monkeypatch.context() as patched:
        answer_with(patched, {"photo": facts | forged})
        with pytest.raises(ImageRefused):
            pool.decode(file)
    assert not pool.idle, "the process is not used again"


def test_forged_renditions_are_refused(pool, file, monkeypatch):
    facts = asdict(pool.decode(file))
    html = b"<html><script>alert(1)</script>"
    del facts["display"], facts["thumbnail"]
    for display, thumbnail in ((html, b"RIFF....WEBP"), (b"\xff\xd8\xff", html)):
        answer_with(monkeypatch, {"photo": facts}, display, thumbnail)
        with pytest.raises(ImageRefused):
            pool.decode(file)


def test_reply_of_impossible_length_is_refused(pool, file):
    """Allocating four gigabytes would kill the web process."""
    pool.decode(file)
    decoder = pool.idle[0]
    original_socket = decoder.socket  # kept open, so that the process does not exit by itself
    decoder.socket, forger = socket.socketpair()
    forger.send(decoding.REPLY.pack(10, 2**32 - 1, 10))
    with original_socket, forger, pytest.raises(ImageRefused):
        pool.decode(file)
    assert decoder.process.poll() is not None


def test_upload_on_disk_is_not_copied(settings, monkeypatch):
    """A photograph must not be copied a second time, on disk or in memory."""
    monkeypatch.setattr(intake.storage, "temporary_file", None)
    upload = TemporaryUploadedFile("x.jpg", "image/jpeg", len(photograph()), None)
    upload.write(photograph())
    assert intake.read(upload).original is upload
    assert upload.read() == photograph(), "rewound to the start"
    upload.close()
