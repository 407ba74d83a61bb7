"""A file that takes over a decoder finds no files, no network and no other programs.

Otherwise it could send every photograph of the practice away. Each action is actually tried.
"""

import shutil
import subprocess
import sys

import pytest
from django.conf import settings

from imaging.checks import decoders_are_confined
from imaging.decoding.decoder import Decoder
from imaging.sandbox import confinement

pytestmark = pytest.mark.skipif(
    confinement.platform.machine() not in ("x86_64", "aarch64"), reason="unsupported architecture"
)


def run(program, *arguments):
    """The words that one of testing.programs prints."""
    command = [sys.executable, "-m", f"testing.programs.{program}", *arguments]
    options = {"cwd": settings.BASE_DIR, "capture_output": True, "text": True, "check": True}
    return subprocess.run(command, **options).stdout.split()


def attempt(mode, action, tmp_path):
    (tmp_path / "given").write_text("text")
    return run("confined_action", mode, str(tmp_path / "given"), action)[0]


@pytest.mark.parametrize("action", confinement.attempts())
def test_confined_process_is_refused_each_action(action, tmp_path):
    assert attempt("free", action, tmp_path) == "possible", "otherwise the test proves nothing"
    assert attempt("confined", action, tmp_path) == "refused"


def test_landlock_refuses_connecting_an_existing_socket():
    """Without seccomp, Landlock alone refuses connecting a socket that already exists."""
    assert run("confined_socket") in (["refused", "True"], ["possible", "False"])


def test_decoding_process_is_confined():
    """The decoding process must actually call `confine`."""
    decoder = Decoder()
    try:
        with open(f"/proc/{decoder.process.pid}/status", encoding="ascii") as status:
            facts = dict(line.split(":\t", 1) for line in status.read().splitlines())
    finally:
        decoder.close()
    assert (facts["Seccomp"].strip(), facts["NoNewPrivs"].strip()) == ("2", "1")


def test_check_warns_where_confinement_is_impossible(monkeypatch):
    assert decoders_are_confined(None) == []
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    assert [warning.id for warning in decoders_are_confined(None)] == ["imaging.W010"]
