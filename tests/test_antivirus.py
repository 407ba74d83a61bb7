"""A real clamd before a real upload. Lost would be: a practice that thinks its files are looked at.

Its signatures are ours and know one thing, the test string of all antivirus programs.
"""

import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from contextlib import contextmanager

import pytest
from django.core.checks import run_checks

from consultations.models import ConsultationImage
from gallery.models import Reservation, UserImage
from imaging import antivirus
from testing.cast import blobs, photograph, upload

pytestmark = [pytest.mark.django_db, pytest.mark.long]
# Backwards, so that no antivirus takes this file for what it tests.
EICAR = rb"*H+H$!ELIF-TSET-SURIVITNA-DRADNATS-RACIE$}7)CC7)^P(45XZP\4[PA@%P!O5X"[::-1]
MB = 1024 * 1024


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def running(folder):
    """A clamd of one's own. Stopped at the end, by its id."""
    program = shutil.which("clamd", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
    if program is None:
        pytest.skip("clamd is not installed (Debian: apt-get install clamav-daemon)")
    (folder / "signatures").mkdir()
    (folder / "signatures" / "ours.ndb").write_text(f"Test.Eicar:0:*:{EICAR.hex()}\n")
    path, port = folder / "socket", free_port()
    (folder / "clamd.conf").write_text(
        f"Foreground yes\nDatabaseDirectory {folder / 'signatures'}\nLocalSocket {path}\n"
        f"TCPSocket {port}\nTCPAddr 127.0.0.1\nStreamMaxLength 1M\nMaxThreads 2\n"
        f"TemporaryDirectory {folder}\n"
    )
    with (folder / "log").open("wb") as log:
        clamd = subprocess.Popen(
            [program, "--config-file", folder / "clamd.conf"], stdout=log, stderr=log
        )
    try:
        for _wait in range(300):
            if path.exists() or clamd.poll() is not None:
                break
            time.sleep(0.1)
        assert path.exists(), (folder / "log").read_text()
        clamd.unix, clamd.tcp = f"unix://{path}", f"tcp://127.0.0.1:{port}"
        yield clamd
    finally:
        clamd.send_signal(signal.SIGCONT)
        clamd.terminate()
        try:
            clamd.wait(10)
        except subprocess.TimeoutExpired:
            clamd.kill()
            clamd.wait()


@pytest.fixture(scope="module")
def clamd(tmp_path_factory):
    with running(tmp_path_factory.mktemp("clamd")) as started:
        yield started


@pytest.fixture
def guarded(clamd, settings):
    settings.CLAMD_URL = clamd.unix
    return clamd


@pytest.fixture(params=["consultation", "gallery"])
def send(request, api, doctor, consultation):
    """`send(bytes)`: an upload to either half of the house."""
    paths = {
        "consultation": f"/api/v1/consultations/{consultation.pk}/images",
        "gallery": "/api/v1/remove-background",
    }

    client = api(doctor)
    client.raise_request_exception = False  # a 503 is an answer

    def post(data):
        return client.post(paths[request.param], {"file": upload(data=data)}, format="multipart")

    return post


def nothing_is_stored():
    return not (
        blobs()
        or ConsultationImage.objects.exists()
        or UserImage.objects.exists()
        or Reservation.objects.exists()
    )


def code(answer):
    return answer.json()["errors"][0]["code"], answer.json()["errors"][0]["attr"]


def refused_for_now(answer):
    assert answer.status_code == 503
    assert code(answer)[0] == "antivirus_unavailable"
    assert int(answer["Retry-After"]) > 0
    assert nothing_is_stored(), "fail closed"


@pytest.mark.parametrize("how", ["unix", "tcp"])
def test_a_clean_photograph_passes(guarded, send, settings, how):
    settings.CLAMD_URL = getattr(guarded, how)
    assert send(photograph()).status_code in (201, 202)
    assert blobs()


@pytest.mark.parametrize("how", ["unix", "tcp"])
def test_what_hides_behind_a_photograph_is_found(guarded, send, settings, how):
    settings.CLAMD_URL = getattr(guarded, how)
    answer = send(photograph() + EICAR)
    assert answer.status_code == 400
    assert code(answer) == ("infected_file", "file")
    assert nothing_is_stored()


def test_without_the_setting_it_is_a_photograph(send):
    """Which shows that it is clamd that refuses, and not the decoder."""
    assert send(photograph() + EICAR).status_code in (201, 202)


def test_every_byte_is_looked_at(guarded, send):
    """A file is sent in pieces: the string lies across two of them."""
    gap = antivirus.CHUNK_SIZE - len(photograph()) - len(EICAR) // 2
    answer = send(photograph() + bytes(gap) + EICAR + bytes(antivirus.CHUNK_SIZE))
    assert code(answer) == ("infected_file", "file")


def test_a_file_that_clamd_did_not_see_whole_is_not_clean(guarded, send):
    refused_for_now(send(photograph() + bytes(2 * MB)))


@pytest.mark.parametrize("where", ["unix:///nowhere/clamd", "tcp://127.0.0.1:1"])
def test_no_clamd_no_upload(settings, send, where):
    settings.CLAMD_URL = where
    refused_for_now(send(photograph()))


def test_a_clamd_that_hangs_is_not_waited_for(guarded, send, monkeypatch):
    monkeypatch.setattr(antivirus, "TIMEOUT", 1)
    guarded.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    try:
        refused_for_now(send(photograph()))
    finally:
        guarded.send_signal(signal.SIGCONT)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"stream: OK",  # and then it hung up
        b"stream: Can't allocate memory ERROR\0",
        b"stream: Heuristics.Limits.Exceeded.MaxScanSize FOUND\0",
        b"HTTP/1.1 200 OK\0",
        b"x" * 10_000,
    ],
)
def test_only_a_whole_word_of_its_own_is_a_verdict(settings, send, said):
    """What clamd says when it could not look, and what is no clamd at all."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            one, _address = server.accept()
            with one:
                while not one.recv(MB).endswith(bytes(4)):
                    pass
                one.sendall(said)

        thread = threading.Thread(target=answer)
        thread.start()
        settings.CLAMD_URL = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        refused_for_now(send(photograph()))
        thread.join()


@pytest.mark.parametrize(
    ("url", "well"),
    [
        ("", True),
        ("tcp://127.0.0.1:3310", True),
        ("tcp://[::1]:3310", True),
        ("unix:///run/clamav/clamd.ctl", True),
        ("127.0.0.1:3310", False),
        ("tcp://clamav", False),
        ("tcp://clamav:port", False),
        ("unix://run/clamd.ctl", False),
        ("/run/clamav/clamd.ctl", False),
    ],
)
def test_an_address_that_is_none_is_told_at_the_start(settings, url, well):
    settings.CLAMD_URL = url
    assert ("imaging.E008" in {one.id for one in run_checks()}) is not well
