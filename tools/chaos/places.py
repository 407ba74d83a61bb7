"""The two ways in which the application is set up, their services, and the faults of these."""

import sqlite3
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from threading import Lock

import psycopg
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import BlobServiceClient

from tools.servers import postgres
from tools.servers.azurite import Azurite

from . import disk, evidence
from .cable import Cable
from .site import Site

CONTAINERS = ("originals", "processed", "thumbnails")
AT_WORK = 10  # seconds for a queue worker to have something in its hands
PATIENCE = 10  # seconds for a process to be there that can be killed


class Place:
    """A `with` in which `site` is there, not yet prepared nor started. `made` counts faults that
    met something."""

    name: str
    title: str
    kinds: tuple[str, ...]
    sizes: tuple[tuple[int, int], ...]  # px, of the photographs
    prepare: tuple[tuple[str, ...], ...]  # commands of manage.py
    keep: int  # images that a client leaves alone before it deletes one

    def __init__(self, logs):
        self.logs, self.made = Path(logs), Counter()
        self._locks = {kind: Lock() for kind in self.kinds}
        self._stack = ExitStack()

    def __enter__(self):
        with self._stack:
            self.folder = Path(self._stack.enter_context(
                tempfile.TemporaryDirectory(prefix="dermaai-chaos-", ignore_cleanup_errors=True)
            ))  # fmt: skip
            self.site = self._set_up()
            self._stack.callback(self.site.kill)
            self._stack = self._stack.pop_all()
        return self

    def __exit__(self, *exception):
        self._stack.close()

    def _set_up(self) -> Site:
        raise NotImplementedError

    def make(self, fault, rng):
        """Make one fault, and wait for its end."""
        with self._locks[fault.kind]:  # one at a time of a kind; different ones may meet
            self.made[fault.kind] += bool(getattr(self, f"_{fault.kind}")(fault, rng))

    def _web(self, fault, rng):
        return _soon(lambda: self.site.kill_web_worker(rng))

    def _queue(self, fault, rng):
        """One that is at work, where one is to be met."""
        busy = partial(evidence.at_work, self)
        met = _soon(lambda: self.site.kill_queue_worker(rng, busy), AT_WORK)
        return met or _soon(lambda: self.site.kill_queue_worker(rng))


def _soon(kill, seconds=PATIENCE):
    deadline = time.monotonic() + seconds
    while not kill():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


class Clinic(Place):
    name, title = "azure", "PostgreSQL and Azure Blob (Azurite)"
    kinds = ("web", "queue", "azurite", "postgres", "disconnect", "repeat")
    sizes, keep = ((320, 240), (800, 600), (1600, 1200)), 60
    prepare = (("migrate",), ("setup_azure",))

    def _set_up(self):
        self.postgres = self._stack.enter_context(postgres.server(postgres.LASTING))
        self.azurite = self._stack.enter_context(Azurite(self.folder))
        self.cable = Cable(int(self.azurite.address.rpartition(":")[2]))
        self._stack.callback(self.cable.cut)
        address = self.azurite.connection_string_at(f"http://127.0.0.1:{self.cable.port}")
        return Site(
            self.folder,
            self.logs,
            DATABASE_URL=self.postgres.url,
            AZURE_STORAGE_CONNECTION_STRING=address,
        )

    def _azurite(self, fault, rng):
        cut = self.cable.cut()
        if not self.azurite.stop(60):
            raise RuntimeError("Azurite was asked to stop and did not: its data is not to be used")
        time.sleep(fault.lasts)
        self.azurite.start()
        self.cable.mend()
        return cut >= 0

    def _postgres(self, fault, rng):
        self.postgres.stop("immediate" if fault.hard else "fast")
        time.sleep(fault.lasts)
        self.postgres.start()
        return True

    def connect(self):
        return psycopg.connect(host=self.postgres.folder, user="dermaai", dbname="dermaai")

    def blobs(self):
        """{(container, name)}."""
        return {
            (container, name)
            for container in CONTAINERS
            for name in self._container(container).list_blob_names()
        }

    def read(self, container, name):
        """The bytes of a blob, or None."""
        try:
            return self._container(container).download_blob(name).readall()
        except ResourceNotFoundError:
            return None

    def _container(self, name):
        account = BlobServiceClient.from_connection_string(self.azurite.connection_string)
        return account.get_container_client(name)


class Embedded(Place):
    name, title = "embedded", "the embedded default (SQLite and files) on a small disk"
    kinds = ("web", "queue", "disk", "disconnect", "repeat")
    sizes, keep = ((320, 240), (800, 600)), 12
    prepare = (("migrate",),)
    LEAVE = 150_000  # bytes that a disk filled softly still has: an upload breaks off in it

    def _set_up(self):
        disk.mounted(self.folder)
        self._stack.callback(disk.unmount, self.folder)
        return Site(self.folder, self.logs)

    def _disk(self, fault, rng):
        full = disk.fill(self.folder, 0 if fault.hard else self.LEAVE)
        time.sleep(fault.lasts)
        disk.free(self.folder)
        return full

    def connect(self):
        return sqlite3.connect(self.folder / "db.sqlite3", timeout=60)

    def blobs(self):
        media = self.folder / "media"
        found = [path.relative_to(media) for path in media.rglob("*") if path.is_file()]
        return {(path.parts[0], path.relative_to(path.parts[0]).as_posix()) for path in found}

    def read(self, container, name):
        path = self.folder / "media" / container / name
        return path.read_bytes() if path.is_file() else None


PLACES = {place.name: place for place in (Clinic, Embedded)}
