"""A PostgreSQL of one's own while a `with` lasts: in a temporary folder, on a Unix socket.

python -m tools.servers.postgres COMMAND…        # with its DATABASE_URL
"""

import glob
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

QUICK = (
    "-c fsync=off -c full_page_writes=off -c synchronous_commit=off"
    " -c shared_buffers=256MB -c max_wal_size=4GB"
)
# What was committed outlives the server, not the machine: for those who end the server.
LASTING = "-c fsync=off -c shared_buffers=64MB"


class Missing(Exception):
    """There is no PostgreSQL on this machine."""


def programs() -> Path:
    """The folder of `initdb` and `pg_ctl`, which Debian keeps off the PATH. Raises Missing."""
    folders = sorted(
        glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[-2])
    )
    if folders and Path(folders[-1], "initdb").exists():
        return Path(folders[-1])
    found = shutil.which("initdb")
    if not found:
        raise Missing("PostgreSQL is not installed (Debian: apt-get install postgresql).")
    return Path(found).resolve().parent


class Cluster:
    """An empty database: `url` is its DATABASE_URL, and stays."""

    def __init__(self, options=QUICK):
        self.bin, self.options = programs(), options
        self.folder = tempfile.mkdtemp(prefix="dermaai-postgres-", dir="/tmp")  # a socket's path
        self.user = None
        if os.geteuid() == 0:  # which PostgreSQL refuses to run as
            self.user = "postgres"
            os.chown(self.folder, pwd.getpwnam(self.user).pw_uid, -1)
        self.url = f"postgres://dermaai@/{self.folder}/dermaai"  # the host is the socket's folder

    def _run(self, program, *arguments):
        done = subprocess.run(
            [f"{self.bin}/{program}", *arguments],
            user=self.user,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed:\n{done.stdout}{done.stderr}")

    def initialise(self):
        self._run(
            "initdb", "--pgdata", f"{self.folder}/data", "--username", "dermaai", "--auth", "trust",
            "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync",
        )  # fmt: skip

    def start(self):
        # pg_ctl leaves the server behind with our pipes in its hands unless it has a log.
        place = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}'"
        self._run("pg_ctl", "start", "-w", "-D", f"{self.folder}/data", "-l", f"{self.folder}/log",
                  "-o", f"{self.options} {place}")  # fmt: skip

    def create(self):
        self._run("createdb", "-h", self.folder, "-U", "dermaai", "dermaai")

    def stop(self, mode="immediate"):
        """`fast` ends every session; `immediate` ends the server as a crash would."""
        self._run("pg_ctl", "stop", "-w", "-D", f"{self.folder}/data", "-m", mode)

    def running(self):
        return Path(self.folder, "data", "postmaster.pid").exists()

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def server(options=QUICK):
    """A `Cluster` that runs. Stopped and deleted at the end."""
    made = Cluster(options)
    try:
        made.initialise()
        made.start()
        try:
            made.create()
            yield made
        finally:
            if made.running():
                made.stop()
    finally:
        made.remove()


@contextmanager
def cluster():
    """The DATABASE_URL of an empty database. Stopped and deleted at the end."""
    with server() as made:
        yield made.url


if __name__ == "__main__":
    with cluster() as url:
        told = os.environ | {"DATABASE_URL": url}
        sys.exit(subprocess.run(sys.argv[1:], env=told).returncode)
