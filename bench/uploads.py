"""The request on top of intake: a real server, real uploads."""

import http.client
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from django.core.files.uploadedfile import TemporaryUploadedFile

from bench import contenders, fidelity

ROUNDS = 25
PASSWORD = secrets.token_hex(8)


@contextmanager
def server(folder):
    """gunicorn, one worker of two threads, on a database and media of its own. Yields (port,
    process ids of the worker and of its parent)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "dermaai.settings",
        "DERMAAI_DATA": str(folder),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "SECURE_SSL_REDIRECT": "0",
        "UPLOAD_RATE": "100000/min",
    }
    manage = [sys.executable, "manage.py"]
    subprocess.run([*manage, "migrate", "-v0"], check=True, env=environment)  # noqa: S603
    made = (
        "from accounts.models import User; from consultations.models import *;"
        f"d = User.objects.create_user('doctor@bench.example', '{PASSWORD}', role='doctor');"
        "p = Patient.objects.create(full_name='Bench', created_by=d);"
        "Consultation.objects.create(doctor=d, patient=p)"
    )
    subprocess.run([*manage, "shell", "-v0", "-c", made], check=True, env=environment)  # noqa: S603
    command = [sys.executable, "-m", "gunicorn", "dermaai.wsgi", "-b", f"127.0.0.1:{port}"]
    command += ["-w1", "--threads=2", "-kgthread", "--no-control-socket", "--log-level=warning"]
    process = subprocess.Popen(command, env=environment)  # noqa: S603
    try:
        until(lambda: children(process.pid) and answers(port))
        yield port, children(process.pid)[0], process.pid
    finally:
        process.terminate()
        process.wait()


def until(true, seconds=30):
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError("the server did not start")
        time.sleep(0.05)


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def children(pid):
    tasks = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in tasks.read_text().split()]


class Client:
    """One connection that uploads the same photograph again and again."""

    def __init__(self, port, data):
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        answer = self.post(
            "/api/v1/auth/token",
            json.dumps({"email": "doctor@bench.example", "password": PASSWORD}).encode(),
            {"Content-Type": "application/json"},
        )
        boundary = secrets.token_hex(16)
        part = 'Content-Disposition: form-data; name="file"; filename="x.jpg"'
        head, tail = f"--{boundary}\r\n{part}\r\n\r\n", f"\r\n--{boundary}--\r\n"
        self.body = head.encode() + data + tail.encode()
        self.headers = {
            "Authorization": f"Bearer {answer['access']}",
            "Content-Type": f"multipart/form-data; boundary={boundary}",
        }

    def post(self, path, body, headers):
        self.connection.request("POST", path, body, headers)
        response = self.connection.getresponse()
        content = response.read()
        if response.status not in (200, 201):
            raise RuntimeError(f"{response.status} {content[:200]!r}")
        return json.loads(content)

    def upload(self, times=1):
        """Returns the last answer."""
        for _ in range(times):
            answer = self.post("/api/v1/consultations/1/images", self.body, self.headers)
        return answer


def wall(work, *arguments):
    began = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - began


def intake_of(data):
    """What the view calls, on an upload as Django hands it over."""
    upload = TemporaryUploadedFile("x", "", 0, None)
    upload.write(data)
    upload.seek(0)
    with upload:
        return wall(fidelity.intake().read, upload)


def goals(report, path):
    """Rows for `Report.goals`; prints the figures behind them."""
    data = path.read_bytes()
    with tempfile.TemporaryDirectory() as folder, server(folder) as (port, worker, _parent):
        clients = [Client(port, data) for _ in range(2)]
        together(clients, 2)  # a decoding process each
        whole, alone = [], []
        for _ in range(ROUNDS):
            whole.append(wall(clients[0].upload))
            alone.append(intake_of(data))
        one, two = rates(clients)
        added = memory_of_one(worker, clients[0])
    share = (median(whole) - median(alone)) / median(whole)
    report.text(
        f"Requests: gunicorn, one worker, two threads, SQLite, the embedded storage; "
        f"{len(data) / 1e6:.1f} MB JPEG, median of {ROUNDS}."
    )
    report.table(
        ("", ""),
        [
            ("whole upload, ms", f"{median(whole) * 1000:.0f}"),
            ("intake in it, ms", f"{median(alone) * 1000:.0f}"),
            ("uploads a second, one client", f"{one:.1f}"),
            ("uploads a second, two clients", f"{two:.1f}"),
            ("memory added by one, worker and decoding process, MB", f"{added / 1e6:.0f}"),
        ],
    )
    return [
        ("share of an upload that is not intake", share, 0.2),
        ("twice one client's rate ÷ two clients' rate", 2 * one / two, 1.25),
        ("memory that one upload adds, MB", added / 1e6, 40),
    ]


def together(clients, times):
    threads = [threading.Thread(target=client.upload, args=(times,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def rates(clients, times=15):
    """Uploads a second by one client and by all of them, medians of alternating rounds."""
    one, two = [], []
    for _ in range(3):
        one.append(times / wall(clients[0].upload, times))
        two.append(len(clients) * times / wall(together, clients, times))
    return median(one), median(two)


def memory_of_one(worker, client):
    pids = [worker, *children_of_threads(worker)]
    before = contenders.memory(pids, "VmRSS")
    for pid in pids:
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    client.upload()
    return contenders.memory(pids, "VmHWM") - before


def children_of_threads(pid):
    """A process's children, whichever of its threads started them."""
    return [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]
