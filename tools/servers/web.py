"""gunicorn with this application while a `with` lasts, and its processes."""

import os
import secrets
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def manage(environment, *arguments, **options):
    """Run one command of `manage.py` to its end. CalledProcessError where it fails."""
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, env=environment, **({"check": True} | options))


def start(environment, port, *, workers=1, threads=2, **options):
    """gunicorn as docs/deploy.md starts it; `options` are Popen's."""
    command = [sys.executable, "-m", "gunicorn", "dermaai.wsgi", "-b", f"127.0.0.1:{port}"]
    command += [f"-w{workers}", f"--threads={threads}", "-kgthread", "--no-control-socket"]
    return subprocess.Popen([*command, "--log-level=warning"], env=environment, **options)


@contextmanager
def served(environment, port, **options):
    """Yields the process when it answers."""
    process = start(environment, port, **options)
    try:
        until(lambda: children(process.pid) and answers(port))
        yield process
    finally:
        process.terminate()
        process.wait()


def environment(folder, **more):
    """Of an application that has a data folder, a database and a key of its own, and speaks plain
    HTTP. A database or a storage that we were told of ourselves is not its."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("AZURE_")}
    return (
        ours
        | {
            "DJANGO_SETTINGS_MODULE": "dermaai.settings",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "DEBUG": "0",
            "DERMAAI_DATA": str(folder),
            "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
            "STATIC_ROOT": str(folder),
            "SECURE_SSL_REDIRECT": "0",
            "UPLOAD_RATE": "100000/min",
        }
        | more
    )


def until(true, seconds=120):
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
