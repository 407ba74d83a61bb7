"""The process that removes backgrounds and its limits: a picture may end it, and nothing else.

Without them one picture takes the worker with it, and with it every picture in the queue.
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
def ended_at_last():
    yield
    background.close()


@pytest.fixture
def fresh():
    """A process of this test's own: its limits are those of its start."""
    background.close()
    yield
    background.close()


def encoded(pixels, format="PNG", **options):
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, format, **options)
    return out.getvalue()


def subject(**options):
    return encoded(composites.composite(2, **options)[0])


@cache
def mark():
    """A drawn lesion: what costs least, where only the process is looked at."""
    return encoded(cutouts.dermoscopy(8, size=(320, 240))[0])


@contextmanager
def files(folder, data):
    (folder / "original").write_bytes(data)
    with (folder / "original").open("rb") as original, (folder / "out.png").open("w+b") as out:
        yield original, out


def cut(folder, data, **options):
    """(Cutout, the PNG as an opened image)."""
    with files(folder, data) as (original, out):
        found = background.remove(original, out, **options)
        picture = Image.open(io.BytesIO((folder / "out.png").read_bytes()))
        picture.load()
    return found, picture


def failure(folder, data, **options):
    with (
        files(folder, data) as (original, out),
        pytest.raises(background.BackgroundFailed) as caught,
    ):
        background.remove(original, out, **options)
    assert str(caught.value.detail)
    return caught.value.code, caught.value.transient


def process():
    (idle,) = removers().idle
    return idle.process


def test_one_process_serves_picture_after_picture(tmp_path):
    """A network loaded anew for each picture would cost as much as the picture."""
    cut(tmp_path, mark())
    first = process().pid
    found, _picture = cut(tmp_path, mark())
    assert process().pid == first
    assert found.engine == "lesion"
    assert 0 < found.milliseconds < 60_000


def test_a_process_killed_at_work_is_a_passing_failure(tmp_path):
    """An administrator's kill, or the kernel's when memory is short: the picture has another try,
    the worker lives, and the next picture has a new process."""
    cut(tmp_path, mark())
    victim = process()
    os.kill(victim.pid, signal.SIGSTOP)
    killer = threading.Timer(0.3, os.kill, (victim.pid, signal.SIGKILL))
    killer.start()
    assert failure(tmp_path, mark()) == ("engine_failed", True)
    killer.join()
    assert cut(tmp_path, mark())[0].engine == "lesion"
    assert process().pid != victim.pid


def test_a_process_killed_while_idle_is_replaced(tmp_path):
    cut(tmp_path, mark())
    victim = process()
    os.kill(victim.pid, signal.SIGKILL)
    victim.wait()
    assert cut(tmp_path, mark())[0].engine == "lesion"


@pytest.mark.parametrize(("files_before", "transient"), [(0, False), (1, True)])
def test_a_crash_is_coded(tmp_path, monkeypatch, fresh, files_before, transient):
    """One in a process of its own is the picture's; after another picture it may be that one's."""

    def crash(self, *args):
        self.files += 1 + files_before
        self.process.send_signal(signal.SIGSEGV)
        raise ProcessExited(self.process.wait())

    monkeypatch.setattr(Remover, "cut_out", crash)
    assert failure(tmp_path, mark()) == ("engine_failed", transient)
    assert not removers().idle


def test_processor_time_runs_out(tmp_path, settings):
    """A picture that would take minutes holds up the queue of everybody."""
    settings.BACKGROUND_SECONDS = 0.4
    began = time.monotonic()
    assert failure(tmp_path, progressive(80)) == ("too_heavy", False)
    assert time.monotonic() - began < 20
    settings.BACKGROUND_SECONDS = 60
    assert cut(tmp_path, mark())[0].engine == "lesion"


def test_a_process_that_hangs_is_ended(tmp_path, settings):
    cut(tmp_path, mark())
    victim = process()
    os.kill(victim.pid, signal.SIGSTOP)
    settings.BACKGROUND_SECONDS = 0.1
    assert failure(tmp_path, mark()) == ("too_heavy", True)
    assert victim.poll() is not None


def test_memory_runs_out_for_the_process_alone(tmp_path, settings, fresh):
    settings.BACKGROUND_MEMORY = 260_000_000
    large = encoded(np.full((5000, 8000, 3), 200, np.uint8), "JPEG")
    assert failure(tmp_path, large) == ("too_heavy", False)
    first = process()
    assert first.poll() is None, "it lives on"
    assert failure(tmp_path, large) == ("too_heavy", False)
    assert process().pid != first.pid, "it was tried where no picture had been before"


def test_the_network_out_of_memory_is_told_as_such(tmp_path, settings, fresh):
    """Not as a fault of ours, at which somebody would look for hours."""
    settings.BACKGROUND_MEMORY = 230_000_000
    code, transient = failure(tmp_path, subject(size=(1600, 1200)))
    assert (code, transient) == ("too_heavy", False)


def test_twelve_megapixels_stay_under_the_limit(tmp_path):
    """The default has room for five times as many; a peak that grows with the picture shows."""
    pixels, _alpha = composites.composite(2)
    large = np.asarray(Image.fromarray(pixels).resize((4000, 3000)))
    cut(tmp_path, subject())
    Path(f"/proc/{process().pid}/clear_refs").write_text("5")  # forget its peak
    found, picture = cut(tmp_path, encoded(large, "JPEG", quality=85))
    status = Path(f"/proc/{process().pid}/status").read_text()
    assert int(status.partition("VmHWM:")[2].split()[0]) * 1024 < 600_000_000
    assert (found.width, found.height) == picture.size == (4000, 3000)


def test_limit_of_memory_that_is_none_is_refused(tmp_path, settings, fresh):
    settings.BACKGROUND_MEMORY = 10_000_000
    with files(tmp_path, mark()) as (original, out), pytest.raises(EngineUnavailable):
        background.remove(original, out)


def test_no_process_can_be_started(tmp_path, monkeypatch, fresh):
    def out_of_them(*args, **kwargs):
        raise BlockingIOError

    monkeypatch.setattr(subprocess, "Popen", out_of_them)
    with files(tmp_path, mark()) as (original, out), pytest.raises(Unavailable):
        background.remove(original, out)


def test_damaged_weights_are_refused(tmp_path, settings, fresh):
    """A file that was swapped is code that was swapped: nothing is cut out with it."""
    path, _digest = weights.verified("u2netp", "", "")
    spoilt = bytearray(path.read_bytes())
    spoilt[len(spoilt) // 2] ^= 1
    (tmp_path / "u2netp.onnx").write_bytes(spoilt)
    settings.BACKGROUND_MODEL_DIR = tmp_path
    settings.BACKGROUND_MODEL_SHA256 = weights._SHA256
    with (
        files(tmp_path, subject()) as (original, out),
        pytest.raises(EngineUnavailable, match="SHA-256"),
    ):
        background.remove(original, out, engine="general")


def test_an_operators_own_network_is_taken(tmp_path, settings, fresh):
    path, _digest = weights.verified("u2netp", "", "")
    (tmp_path / "silueta.onnx").write_bytes(path.read_bytes())
    settings.BACKGROUND_MODEL, settings.BACKGROUND_MODEL_DIR = "silueta", str(tmp_path)
    assert cut(tmp_path, subject())[0].engine == "general"


@pytest.mark.parametrize(
    ("name", "folder"),
    [("u2net", ""), ("../u2netp", ""), ("bria-rmbg", "/tmp"), ("u2net", "/nowhere")],
)
def test_a_network_that_is_not_there_is_a_system_check(settings, name, folder):
    """Told when the server starts, not by the first picture that fails."""
    settings.BACKGROUND_MODEL, settings.BACKGROUND_MODEL_DIR = name, folder
    (error,) = [error for error in run_checks() if error.id == "imaging.E003"]
    assert error.hint


def test_the_built_in_network_passes_the_check():
    assert "imaging.E003" not in {error.id for error in run_checks()}


def test_the_process_knows_no_secret_and_keeps_nothing(tmp_path, monkeypatch, fresh):
    """A decoder that is taken over finds no key and no database; and onnxruntime, which reports to
    its makers unless it is told not to, has no database of its own open and no connection."""
    monkeypatch.setenv("DATABASE_URL", "postgres://user:secret@db/dermaai")
    cut(tmp_path, subject())
    running = process()
    with open(f"/proc/{running.pid}/environ", "rb") as environ:
        names = {line.partition(b"=")[0] for line in environ.read().split(b"\0")}
    assert not {b"SECRET_KEY", b"DATABASE_URL"} & names
    time.sleep(0.1)  # it closes the files after its answer
    assert set(os.listdir(f"/proc/{running.pid}/fd")) == {"0", "1", "2"}, "its socket, and nowhere"


def test_it_ends_with_its_worker(tmp_path, fresh):
    cut(tmp_path, mark())
    removers().idle[0].socket.close()  # what the kernel does for a worker that is killed
    assert process().wait(5) == 0


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "unreadable"),
        (b"not a picture at all", "unreadable"),
        (photograph()[: len(photograph()) // 2], "unreadable"),
        (encoded(np.full((300, 400, 3), 128, np.uint8)), "nothing_found"),
    ],
    ids=["nothing", "no picture", "half of one", "nothing but grey"],
)
def test_what_cannot_be_cut_out_is_coded(tmp_path, data, code):
    assert failure(tmp_path, data) == (code, False)
    assert process().poll() is None, "and its process serves the next"


def test_too_many_pixels_is_coded(tmp_path, settings):
    settings.MAX_IMAGE_PIXELS = 1000
    assert failure(tmp_path, mark()) == ("too_heavy", False)


def test_every_failure_has_words():
    assert set(background.FAILURES) == {
        "nothing_found",
        "too_heavy",
        "unreadable",
        "engine_failed",
    }


@pytest.mark.parametrize(
    "lie",
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
    ],
    ids=str,
)
def test_a_process_that_was_taken_over_is_not_believed(tmp_path, monkeypatch, lie):
    """What it says becomes rows and pages."""
    told = {
        "engine": "general",
        "quality": "good",
        "milliseconds": 5,
        "width": 640,
        "height": 480,
        "measures": {"share": 0.3},
    }

    def say(facts):
        answer = (json.dumps({"cutout": facts}).encode(), b"RIFF....WEBP")
        monkeypatch.setattr(Remover, "cut_out", lambda *_: answer)

    with monkeypatch.context() as monkeypatch:
        say(told)
        with files(tmp_path, b"x") as (original, out):
            assert background.remove(original, out).width == 640, "the truth goes through"
        say(told | lie)
        assert failure(tmp_path, b"x") == ("engine_failed", False)
    assert not removers().idle, "it is not asked again"


def test_the_original_cannot_be_written(tmp_path):
    """It is a medico-legal record: the process has it to read only."""
    with files(tmp_path, mark()) as (original, out):
        background.remove(original, out)
        with suppress(OSError):
            os.write(original.fileno(), b"x")
    assert (tmp_path / "original").read_bytes() == mark()


def test_an_unknown_engine_is_our_fault(tmp_path):
    with files(tmp_path, mark()) as (original, out), pytest.raises(ValueError, match="engine"):
        background.remove(original, out, engine="rembg")
