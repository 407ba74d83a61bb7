"""A picture that takes a decoder over finds nothing there: no file, no network, no other program.

Lost would be every photograph of the practice, sent to somebody else. Tried, not believed.
"""

import subprocess
import sys

import pytest

from imaging.checks import decoders_are_confined
from imaging.decoding.decoder import Decoder
from imaging.sandbox import confinement

TRY = """
import os, socket, sys
from imaging.sandbox import confinement
tries = confinement.attempts()
given = os.open(sys.argv[2], os.O_RDONLY)
if sys.argv[1] != "free":
    confinement.confine()
assert os.read(given, 4) == b"text", "what was given stays"
import colorsys  # a module that is loaded late
try:
    tries[sys.argv[3]]()
    print("possible")
except OSError:
    print("refused")
"""
pytestmark = pytest.mark.skipif(
    confinement.platform.machine() not in ("x86_64", "aarch64"), reason="another machine"
)


def tried(how, what, tmp_path):
    (tmp_path / "given").write_text("text")
    command = [sys.executable, "-c", TRY, how, str(tmp_path / "given"), what]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[0]


@pytest.mark.parametrize("what", confinement.attempts())
def test_a_confined_process_is_refused_what_a_free_one_can(what, tmp_path):
    assert tried("free", what, tmp_path) == "possible", "else it proves nothing"
    assert tried("confined", what, tmp_path) == "refused"


def test_connecting_by_a_socket_that_was_given(tmp_path):
    """Landlock's part, where seccomp's is not: a connection through a socket from before."""
    script = """
import socket
from imaging.sandbox import confinement
server = socket.create_server(("127.0.0.1", 0))
client = socket.socket()
confinement._LIBC.prctl(38, 1, 0, 0, 0)
done = confinement._restrict_files([])
try:
    client.connect(server.getsockname())
    print("possible", "network" in done)
except OSError:
    print("refused", "network" in done)
"""
    command = [sys.executable, "-c", script]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert told.stdout.split() in (["refused", "True"], ["possible", "False"])


def test_the_process_that_decodes_is_confined():
    """The module would be of no use if nobody called it."""
    decoder = Decoder()
    try:
        with open(f"/proc/{decoder.process.pid}/status", encoding="ascii") as status:
            facts = dict(line.split(":\t", 1) for line in status.read().splitlines())
    finally:
        decoder.close()
    assert (facts["Seccomp"].strip(), facts["NoNewPrivs"].strip()) == ("2", "1")


def test_a_machine_that_cannot_is_told(monkeypatch):
    assert decoders_are_confined(None) == []
    monkeypatch.setattr("imaging.checks.confinement.__name__", "imaging.no_such_module")
    assert [warning.id for warning in decoders_are_confined(None)] == ["imaging.W010"]
