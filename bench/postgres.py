"""A PostgreSQL of one's own while a `with` lasts: in a temporary folder, on a Unix socket.

python -m bench.postgres COMMAND…        # with its DATABASE_URL
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

OPTIONS = (
    "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c synchronous_commit=off"
    " -c shared_buffers=256MB -c max_wal_size=4GB"
)


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


@contextmanager
def cluster():
    """The DATABASE_URL of an empty database. Stopped and deleted at the end."""
    bin = programs()
    folder = tempfile.mkdtemp(prefix="dermaai-postgres-", dir="/tmp")  # a socket's path is short
    data = f"{folder}/data"
    user = None
    if os.geteuid() == 0:  # which PostgreSQL refuses to run as
        user = "postgres"
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)

    def run(*command):
        done = subprocess.run(  # noqa: S603
            command, user=user, cwd=folder, capture_output=True, text=True, timeout=60
        )
        if done.returncode:
            raise RuntimeError(f"{command[0]} failed:\n{done.stdout}{done.stderr}")

    try:
        run(
            f"{bin}/initdb", "--pgdata", data, "--username", "dermaai", "--auth", "trust",
            "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync",
        )  # fmt: skip
        # pg_ctl leaves the server behind with our pipes in its hands unless it has a log.
        run(f"{bin}/pg_ctl", "start", "-w", "-D", data, "-l", f"{folder}/log",
            "-o", f"{OPTIONS} -c unix_socket_directories='{folder}'")  # fmt: skip
        try:
            run(f"{bin}/createdb", "-h", folder, "-U", "dermaai", "dermaai")
            yield f"postgres://dermaai@/{folder}/dermaai"  # the host is the socket's folder
        finally:
            run(f"{bin}/pg_ctl", "stop", "-w", "-D", data, "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    with cluster() as url:
        told = os.environ | {"DATABASE_URL": url}
        sys.exit(subprocess.run(sys.argv[1:], env=told).returncode)  # noqa: S603
