"""The process that removes backgrounds, and its limits: a picture may crash it, but not the worker.

Otherwise one picture takes down the worker, and with it every picture in the queue.
"""

import io
import json
import os
import signal
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from django.core.checks import run_checks
from PIL import Image

from core.errors import Unavailable
from imaging import background
from imaging.background import weights
from imaging.background.removal import Remover, removers
from imaging.errors import EngineUnavailable
from imaging.sandbox import ProcessExited
from imaging.tests.test_decoding import progressive
from testing.cast import photograph
from tools.bench import composites, cutouts


@pytest.fixture(scope="module", autouse=True)
def close_processes():
    yield
    background.close()


@pytest.fixture
def fresh_process():
    """A new process for this test, because limits are set when it starts."""
    background.close()
    yield
    background.close()


def encode(pixels, format="PNG", **options):
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, format, **options)
    return out.getvalue()


def subject_png(**options):
    return encode(composites.composite(2, **options)[0])


@cache
def lesion_png():
    """A drawn lesion: cheap, for tests of the process only."""
    return encode(cutouts.dermoscopy(8, size=(320, 240))[0])


@contextmanager
def files(folder, data):
    (folder / "original").write_bytes(data)
    with (folder / "original").open("rb") as original, (folder / "out.png").open("w+b") as out:
        yield original, out


def cut_out(folder, data, **options):
    """(Cutout, the PNG as an opened image)."""
    with files(folder, data) as (original, out):
        cutout = background.remove(original, out, **options)
        picture = Image.open(io.BytesIO((folder / "out.png").read_bytes()))
        picture.load()
    return cutout, picture


def failure(folder, data, **options):
    with (
        files(folder, data) as (original, out),
        pytest.raises(background.BackgroundFailed) as error,
    ):
        background.remove(original, out, **options)
    assert str(error.value.detail)
    return error.value.code, error.value.transient


def idle_process():
    (idle,) = removers().idle
    return idle.process


def test_process_is_reused_for_later_pictures(tmp_path):
    """Loading the network for each picture would double the cost."""
    cut_out(tmp_path, lesion_png())
    first_pid = idle_process().pid
    cutout, _picture = cut_out(tmp_path, lesion_png())
    assert idle_process().pid == first_pid
    assert cutout.engine == "lesion"
    assert 0 < cutout.milliseconds < 60_000


def test_process_killed_at_work_is_a_transient_failure(tmp_path):
    """Killed by an administrator, or by the kernel when memory is short: the picture is retried,
    the worker survives, and the next picture gets a new process."""
    cut_out(tmp_path, lesion_png())
    victim = idle_process()
    os.kill(victim.pid, signal.SIGSTOP)
    killer = threading.Timer(0.3, os.kill, (victim.pid, signal.SIGKILL))
    killer.start()
    assert failure(tmp_path, lesion_png()) == ("engine_failed", True)
    killer.join()
    assert cut_out(tmp_path, lesion_png())[0].engine == "lesion"
    assert idle_process().pid != victim.pid


def test_process_killed_while_idle_is_replaced(tmp_path):
    cut_out(tmp_path, lesion_png())
    victim = idle_process()
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()
    assert cut_out(tmp_path, lesion_png())[0].engine == "lesion"


@pytest.mark.parametrize(("files_before", "transient"), [(0, False), (1, True)])
def test_crash_is_permanent_only_in_a_fresh_process(
    tmp_path, monkeypatch, fresh_process, files_before, transient
):
    """After an earlier picture in the same process, that one may have caused the crash."""

    def crash(self, *args):
        self.files += 1 + files_before
        self.process.send_signal(signal.SIGSEGV)
        raise ProcessExited(self.process.wait())

    monkeypatch.setattr(Remover, "cut_out", crash)
    assert failure(tmp_path, lesion_png()) == ("engine_failed", transient)
    assert not removers().idle


def test_processor_time_is_limited(tmp_path, settings):
    """A picture that takes minutes would delay everybody's queue."""
    settings.BACKGROUND_SECONDS = 0.4
    started = time.monotonic()
    assert failure(tmp_path, progressive(80)) == ("too_heavy", False)
    assert time.monotonic() - started < 20
    settings.BACKGROUND_SECONDS = 60
    assert cut_out(tmp_path, lesion_png())[0].engine == "lesion"


def test_hanging_process_is_killed(tmp_path, settings):
    cut_out(tmp_path, lesion_png())
    victim = idle_process()
    os.kill(victim.pid, signal.SIGSTOP)
    settings.BACKGROUND_SECONDS = 0.1
    assert failure(tmp_path, lesion_png()) == ("too_heavy", True)
    assert victim.poll() is not None


def test_memory_limit_fails_the_picture_not_the_process(tmp_path, settings, fresh_process):
    settings.BACKGROUND_MEMORY = 260_000_000
    large = encode(np.full((5000, 8000, 3), 200, np.uint8), "JPEG")
    assert failure(tmp_path, large) == ("too_heavy", False)
    first_process = idle_process()
    assert first_process.poll() is None, "the process survives"
    assert failure(tmp_path, large) == ("too_heavy", False)
    assert idle_process().pid != first_process.pid, "it was retried in a fresh process"


def test_network_running_out_of_memory_is_too_heavy(tmp_path, settings, fresh_process):
    """It must not look like a bug of ours."""
    settings.BACKGROUND_MEMORY = 230_000_000
    code, transient = failure(tmp_path, subject_png(size=(1600, 1200)))
    assert (code, transient) == ("too_heavy", False)


def test_twelve_megapixels_need_less_than_600_mb(tmp_path):
    """The default limit allows five times as much; the peak must not grow with the picture."""
    pixels, _alpha = composites.composite(2)
    large = np.asarray(Image.fromarray(pixels).resize((4000, 3000)))
    cut_out(tmp_path, subject_png())
    Path(f"/proc/{idle_process().pid}/clear_refs").write_text("5")  # resets the peak
    cutout, picture = cut_out(tmp_path, encode(large, "JPEG", quality=85))
    status = Path(f"/proc/{idle_process().pid}/status").read_text()
    assert int(status.partition("VmHWM:")[2].split()[0]) * 1024 < 600_000_000
    assert (cutout.width, cutout.height) == picture.size == (4000, 3000)


def test_impossible_memory_limit_is_engine_unavailable(tmp_path, settings, fresh_process):
    settings.BACKGROUND_MEMORY = 10_000_000
    with files(tmp_path, lesion_png()) as (original, out), pytest.raises(EngineUnavailable):
        background.remove(original, out)


def test_failure_to_start_a_process_is_unavailable(tmp_path, monkeypatch, fresh_process):
    def fail(*args, **kwargs):
        raise BlockingIOError

    monkeypatch.setattr(subprocess, "Popen", fail)
    with files(tmp_path, lesion_png()) as (original, out), pytest.raises(Unavailable):
        background.remove(original, out)


def test_damaged_weights_are_refused(tmp_path, settings, fresh_process):
    """Replaced weights are like replaced code: they must not be used."""
    path, _digest = weights.verified("u2netp", "", "")
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (tmp_path / "u2netp.onnx").write_bytes(damaged)
    settings.BACKGROUND_MODEL_DIR = tmp_path
    settings.BACKGROUND_MODEL_SHA256 = weights.BUILT_IN_SHA256
    with (
        files(tmp_path, subject_png()) as (original, out),
        pytest.raises(EngineUnavailable, match="SHA-256"),
    ):
        background.remove(original, out, engine="general")


def test_operators_own_model_is_used(tmp_path, settings, fresh_process):
    path, _digest = weights.verified("u2netp", "", "")
    (tmp_path / "silueta.onnx").write_bytes(path.read_bytes())
    settings.BACKGROUND_MODEL, settings.BACKGROUND_MODEL_DIR = "silueta", str(tmp_path)
    assert cut_out(tmp_path, subject_png())[0].engine == "general"


@pytest.mark.parametrize(
    ("name", "folder"),
    [("u2net", ""), ("../u2netp", ""), ("bria-rmbg", "/tmp"), ("u2net", "/nowhere")],
)
def test_missing_model_fails_a_system_check(settings, name, folder):
    """Reported when the server starts, not by the first failing picture."""
    settings.BACKGROUND_MODEL, settings.BACKGROUND_MODEL_DIR = name, folder
    (error,) = [error for error in run_checks() if error.id == "imaging.E003"]
    assert error.hint


def test_built_in_model_passes_the_system_check():
    assert "imaging.E003" not in {error.id for error in run_checks()}


def test_process_has_no_secrets_and_no_open_files(tmp_path, monkeypatch, fresh_process):
    """A compromised process finds no key and no database; and onnxruntime, which reports usage to
    its makers by default, has no database or connection open."""
    monkeypatch.setenv("DATABASE_URL", "postgres://user:secret@db/dermaai")
    cut_out(tmp_path, subject_png())
    running = idle_process()
    with open(f"/proc/{running.pid}/environ", "rb") as environ:
        names = {line.partition(b"=")[0] for line in environ.read().split(b"\0")}
    assert not {b"SECRET_KEY", b"DATABASE_URL"} & names
    time.sleep(0.1)  # it closes the files after its reply
    assert set(os.listdir(f"/proc/{running.pid}/fd")) == {"0", "1", "2"}, "its socket and /dev/null"


def test_process_exits_with_its_worker(tmp_path, fresh_process):
    cut_out(tmp_path, lesion_png())
    removers().idle[0].socket.close()  # as the kernel does when a worker is killed
    assert idle_process().wait(5) == 0


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "unreadable"),
        (b"not a picture at all", "unreadable"),
        (photograph()[: len(photograph()) // 2], "unreadable"),
        (encode(np.full((300, 400, 3), 128, np.uint8)), "nothing_found"),
    ],
    ids=["empty", "no picture", "half a picture", "plain grey"],
)
def test_pictures_that_cannot_be_cut_out_fail_with_a_code(tmp_path, data, code):
    assert failure(tmp_path, data) == (code, False)
    assert idle_process().poll() is None, "the process is kept for the next picture"


def test_too_many_pixels_is_too_heavy(tmp_path, settings):
    settings.MAX_IMAGE_PIXELS = 1000
    assert failure(tmp_path, lesion_png()) == ("too_heavy", False)


def test_every_failure_code_has_a_message():
    assert set(background.FAILURES) == {
        "nothing_found",
        "too_heavy",
        "unreadable",
        "engine_failed",
    }


@pytest.mark.parametrize(
    "forged",
    [
        {"engine": "<script>"},
        {"quality": "superb"},
        {"milliseconds": -1},
        {"width": 0},
        {"width": 2**40},
        {"height": "480"},
        {"measures": {"share": float("nan")}},
        {"measures": {"<b>": 1}},
        {"measures": ["share"]},
        {"measures": {f"m{n}": 1 for n in range(50)}},
        {"owner": 1},
        {"engine": "outline"},
        {"quality": "by_hand"},
        {"outline": [[[0, 0], [641, 0], [9, 9]]]},
        {"outline": [[[0, 0], ["<b>", 0], [9, 9]]]},
        {"outline": [[[0, 0]] * 121]},
        {"outline": {"a": 1}},
    ],
    ids=str,
)
def test_forged_replies_are_refused(tmp_path, monkeypatch, forged):
    """Replies of a compromised process would end up in rows and pages."""
    valid_facts = {
        "engine": "general",
        "quality": "good",
        "milliseconds": 5,
        "width": 640,
        "height": 480,
        "measures": {"share": 0.3},
        "outline": [[[0, 0], [640, 0], [640, 480]]],
    }

    def reply_with(facts):
        answer = (json.dumps({"cutout": facts}).encode(), b"RIFF....WEBP")
        monkeypatch.setattr(Remover, "cut_out", lambda *_: answer)

    with monkeypatch.context() as monkeypatch:
        reply_with(valid_facts)
        with files(tmp_path, b"x") as (original, out):
            assert background.remove(original, out).width == 640, "valid facts are accepted"
        reply_with(valid_facts | forged)
        assert failure(tmp_path, b"x") == ("engine_failed", False)
    assert not removers().idle, "the process is not used again"


def test_process_cannot_write_the_original(tmp_path):
    """The original is a medico-legal record: the process gets it read-only."""
    with files(tmp_path, lesion_png()) as (original, out):
        background.remove(original, out)
        with suppress(OSError):
            os.write(original.fileno(), b"x")
    assert (tmp_path / "original").read_bytes() == lesion_png()


def test_unknown_engine_raises_value_error(tmp_path):
    with (
        files(tmp_path, lesion_png()) as (original, out),
        pytest.raises(ValueError, match="engine"),
    ):
        background.remove(original, out, engine="rembg")
