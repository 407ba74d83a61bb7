"""The application as docs/deploy.md runs it: gunicorn with several workers, two queue workers, and
somebody who starts again what has ended, as systemd does."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from tools.servers import web

WEB, QUEUE = 2, 2  # workers
SETTINGS = {
    "LOGIN_RATE": "100000/min",
    "UNDO_SECONDS": "3",
    "BIN_DAYS": "0",
    "PROCESSING_LEASE": "6",
    "PROCESSING_PAUSES": ",".join("1" * 12),  # an image is killed with its worker again and again
    "PROCESSING_OUTAGE": "2",
    "DECODERS": "2",
    "EMAIL_URL": "dummymail://",
}
START, STOP = 90, 60  # seconds


class Site:
    """`logs` is a folder; `environment` what the two places (places.py) differ in."""

    def __init__(self, data, logs, **environment):
        self.logs, self.port = Path(logs), web.free_port()
        self.environment = web.environment(data, **SETTINGS, **environment)
        self.environment["STATIC_ROOT"] = str(logs)
        self.findings = []  # what ended by itself
        self.master, self.queue = None, []
        self._lock, self._over = threading.Lock(), threading.Event()
        self._ended_by_us, self._count = set(), 0

    def manage(self, *arguments):
        """What a command of manage.py prints. RuntimeError where it fails."""
        done = web.manage(self.environment, *arguments, check=False, capture_output=True, text=True)
        if done.returncode:
            told = f"{done.stdout}{done.stderr}".strip()[-1500:]
            raise RuntimeError(f"manage.py {arguments[0]} exits {done.returncode}:\n{told}")
        return done.stdout

    def start(self):
        self._over.clear()
        self.master = self._gunicorn()
        self.queue = [self._worker() for _ in range(QUEUE)]
        web.until(lambda: len(self.web_workers()) == WEB and web.answers(self.port), START)
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()

    def _run(self, start, name):
        # A session of its own: by it, whatever a process leaves behind is found.
        with (self.logs / f"{name}.log").open("ab") as log:
            return start(stdout=log, stderr=log, start_new_session=True)

    def _gunicorn(self):
        def start(**options):
            return web.start(self.environment, self.port, workers=WEB, threads=4, **options)

        return self._run(start, "web")

    def _worker(self):
        self._count += 1
        name = f"worker-{self._count}"
        command = [sys.executable, "manage.py", "worker", "--no-reload", "--interval=0.2"]
        command += ["--worker-id", name]

        def start(**options):
            return subprocess.Popen(command, env=self.environment, **options)

        process = self._run(start, "worker")
        process.name = name  # what the tasks call it
        return process

    def _keep(self):
        """Start again what ended; what we did not end is a finding."""
        while not self._over.wait(0.1):
            with self._lock:
                for index, worker in enumerate(self.queue):
                    if worker.poll() is not None and not self._over.is_set():
                        self._ended("a queue worker", worker)
                        self.queue[index] = self._worker()
                if self.master.poll() is not None and not self._over.is_set():
                    self._ended("gunicorn", self.master)
                    self.master = self._gunicorn()

    def _ended(self, what, process):
        if process.pid not in self._ended_by_us:
            self.findings.append(f"{what} ended by itself, with status {process.returncode}")

    def web_workers(self):
        """Process ids of those that live."""
        with suppress(FileNotFoundError):
            return [pid for pid in web.children(self.master.pid) if _lives(pid)]
        return []

    def kill_web_worker(self, rng):
        """kill -9 one of them. Returns whether there was one to kill."""
        found = self.web_workers()
        return bool(found) and _kill(rng.choice(found))

    def kill_queue_worker(self, rng, at_work=None):
        """Any; or one of those whose names `at_work` gives, and which it still gives when the
        worker is held."""
        with self._lock:  # so that nobody waits for it, and its number is nobody else's
            names = at_work and at_work()
            living = [worker for worker in self.queue if worker.poll() is None]
            living = [worker for worker in living if names is None or worker.name in names]
            if not living:
                return False
            worker = rng.choice(living)
            if at_work:
                worker.send_signal(signal.SIGSTOP)
                if worker.name not in at_work():
                    worker.send_signal(signal.SIGCONT)
                    return False
            self._ended_by_us.add(worker.pid)
            return _kill(worker.pid)

    def stop(self):
        """SIGTERM, as an upgrade does it. What does not end well, or leaves something behind, is
        a finding."""
        self._over.set()
        self._keeper.join()
        sessions = {self.master.pid, *(worker.pid for worker in self.queue)} | self._ended_by_us
        processes = [("gunicorn", self.master), *(("a queue worker", one) for one in self.queue)]
        for _name, process in processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for name, process in processes:
            try:
                status = process.wait(STOP)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                self.findings.append(f"{name} did not stop within {STOP} s of SIGTERM")
            else:
                if status and process.pid not in self._ended_by_us:
                    self.findings.append(f"{name} stopped with status {status}")
        deadline = time.monotonic() + 10  # a decoder notices by the end of its socket
        while (left := _of_sessions(sessions)) and time.monotonic() < deadline:
            time.sleep(0.1)
        for pid, command in left:
            self.findings.append(f"left behind by a process that ended: {command}")
            _kill(pid)

    def kill(self):
        """At the end of a run that broke off."""
        self._over.set()
        processes = [process for process in (self.master, *self.queue) if process]
        for process in processes:
            process.kill()
            process.wait()
        sessions = {process.pid for process in processes} | self._ended_by_us
        for pid, _command in _of_sessions(sessions):
            _kill(pid)


def _facts(pid):
    """(state, session) as the kernel tells; FileNotFoundError or ProcessLookupError."""
    told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return told[0], int(told[3])


def _lives(pid):
    with suppress(OSError):
        return _facts(pid)[0] not in "ZX"
    return False


def _kill(pid):
    """Returns whether there was a living process to kill."""
    if not _lives(pid):
        return False
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
        return True
    return False


def _of_sessions(sessions):
    """[(process id, command)] of those that live in one of these sessions."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                state, session = _facts(folder.name)
                if session in sessions and state not in "ZX":
                    command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                    found.append((int(folder.name), command.strip()))
    return found
