"""Uploads with a real clamd: without it, a practice would wrongly believe that files are scanned.

Its only signature is our own, for the EICAR test string.
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
# Reversed, so that antivirus programs do not flag this file.
EICAR = rb"*H+H$!ELIF-TSET-SURIVITNA-DRADNATS-RACIE$}7)CC7)^P(45XZP\4[PA@%P!O5X"[::-1]
MB = 1024 * 1024


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running_clamd(folder):
    """A separate clamd, stopped at the end."""
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
    with running_clamd(tmp_path_factory.mktemp("clamd")) as started_clamd:
        yield started_clamd


@pytest.fixture
def clamd_in_use(clamd, settings):
    settings.CLAMD_URL = clamd.unix
    return clamd


@pytest.fixture(params=["consultation", "gallery"])
def send(request, api, doctor, consultation):
    """`send(bytes)`: upload to a consultation, or to the gallery."""
    paths = {
        "consultation": f"/api/v1/consultations/{consultation.pk}/images",
        "gallery": "/api/v1/remove-background",
    }

    client = api(doctor)
    client.raise_request_exception = False  # a 503 is the expected answer

    def post(data):
        return client.post(paths[request.param], {"file": upload(data=data)}, format="multipart")

    return post


def storage_is_empty():
    return not (
        blobs()
        or ConsultationImage.objects.exists()
        or UserImage.objects.exists()
        or Reservation.objects.exists()
    )


def error_of(answer):
    return answer.json()["errors"][0]["code"], answer.json()["errors"][0]["attr"]


def assert_unavailable(answer):
    assert answer.status_code == 503
    assert error_of(answer)[0] == "antivirus_unavailable"
    assert int(answer["Retry-After"]) > 0
    assert storage_is_empty(), "nothing is stored unscanned"


@pytest.mark.parametrize("transport", ["unix", "tcp"])
def test_clean_photograph_is_accepted(clamd_in_use, send, settings, transport):
    settings.CLAMD_URL = getattr(clamd_in_use, transport)
    assert send(photograph()).status_code in (201, 202)
    assert blobs()


@pytest.mark.parametrize("transport", ["unix", "tcp"])
def test_virus_after_a_photograph_is_refused(clamd_in_use, send, settings, transport):
    settings.CLAMD_URL = getattr(clamd_in_use, transport)
    answer = send(photograph() + EICAR)
    assert answer.status_code == 400
    assert error_of(answer) == ("infected_file", "file")
    assert storage_is_empty()


def test_without_clamd_the_same_file_is_accepted(send):
    """This shows that clamd refuses the file, not the decoder."""
    assert send(photograph() + EICAR).status_code in (201, 202)


def test_virus_across_two_chunks_is_found(clamd_in_use, send):
    """Files are sent in chunks; the test string spans two of them."""
    padding = antivirus.CHUNK_SIZE - len(photograph()) - len(EICAR) // 2
    answer = send(photograph() + bytes(padding) + EICAR + bytes(antivirus.CHUNK_SIZE))
    assert error_of(answer) == ("infected_file", "file")


def test_file_over_clamds_limit_answers_503(clamd_in_use, send):
    assert_unavailable(send(photograph() + bytes(2 * MB)))


@pytest.mark.parametrize("url", ["unix:///nowhere/clamd", "tcp://127.0.0.1:1"])
def test_unreachable_clamd_answers_503(settings, send, url):
    settings.CLAMD_URL = url
    assert_unavailable(send(photograph()))


def test_hanging_clamd_answers_503_in_time(clamd_in_use, send, monkeypatch):
    monkeypatch.setattr(antivirus, "TIMEOUT", 1)
    clamd_in_use.send_signal(signal.SIGSTOP)
    started = time.monotonic()
    try:
        assert_unavailable(send(photograph()))
    finally:
        clamd_in_use.send_signal(signal.SIGCONT)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "reply",
    [
        b"",
        b"stream: OK",  # without the terminating NUL
        b"stream: Can't allocate memory ERROR\0",
        b"stream: Heuristics.Limits.Exceeded.MaxScanSize FOUND\0",
        b"HTTP/1.1 200 OK\0",
        b"x" * 10_000,
    ],
)
def test_incomplete_or_foreign_replies_answer_503(settings, send, reply):
    """Replies of a clamd that could not scan, and of other servers."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            connection, _address = server.accept()
            with connection:
                while not connection.recv(MB).endswith(bytes(4)):
                    pass
                connection.sendall(reply)

        thread = threading.Thread(target=serve)
        thread.start()
        settings.CLAMD_URL = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        assert_unavailable(send(photograph()))
        thread.join()


@pytest.mark.parametrize(
    ("url", "valid"),
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
def test_invalid_clamd_url_fails_a_check(settings, url, valid):
    settings.CLAMD_URL = url
    assert ("imaging.E008" in {check.id for check in run_checks()}) is not valid
