"""The request on top of intake: a real server, real uploads."""

import http.client
import json
import secrets
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from django.core.files.uploadedfile import TemporaryUploadedFile

from tools.bench import contenders, fidelity
from tools.servers import web

ROUNDS = 25
PASSWORD = secrets.token_hex(8)


@contextmanager
def server(environment):
    """gunicorn, one worker of two threads, in this environment (`web.environment`), whose database
    is empty. Yields (port, process id of the worker)."""
    port = web.free_port()
    web.manage(environment, "migrate", "-v0")
    made = (
        "from accounts.models import User; from consultations.models import *;"
        f"d = User.objects.create_user('doctor@bench.example', '{PASSWORD}', role='doctor');"
        "p = Patient.objects.create(full_name='Bench', created_by=d);"
        "Consultation.objects.create(doctor=d, patient=p)"
    )
    web.manage(environment, "shell", "-v0", "-c", made)
    with web.served(environment, port) as process:
        yield port, web.children(process.pid)[0]


class Client:
    """Uploads the same photograph again and again."""

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
        self.connection.close()  # the server closes idle ones
        self.connection.request("POST", path, body, headers)
        response = self.connection.getresponse()
        content = response.read()
        if response.status not in (200, 201):
            raise RuntimeError(f"{response.status} {content[:200]!r}")
        return json.loads(content)

    def upload(self, times=1, to=1):
        """Into the consultation with the key `to`. Returns the last answer."""
        for _ in range(times):
            answer = self.post(f"/api/v1/consultations/{to}/images", self.body, self.headers)
        return answer


def wall(work, *arguments):
    began = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - began


def intake_of(data):
    """What the view calls, on an upload as Django hands it over."""
    read = fidelity.intake().read
    with TemporaryUploadedFile("x", "", 0, None) as upload:
        upload.write(data)
        return wall(read, upload)


def goals(report, path):
    """Rows for `Report.goals`; prints the figures behind them."""
    data = path.read_bytes()
    with (
        tempfile.TemporaryDirectory() as folder,
        server(web.environment(folder)) as (port, worker),
    ):
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
        ("share of an upload that is not intake", share, 0.15),
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
