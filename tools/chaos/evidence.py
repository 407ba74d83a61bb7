"""What database and storage hold, read without the application."""

import hashlib
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from .ledger import CONSULTATION, GALLERY

COLUMNS = "id, sha256, idempotency_key, original, display, thumbnail"


@dataclass
class Row:
    """An image in the database. `blobs` are (container, name), the original's first."""

    where: str
    id: str
    sha256: str
    key: str | None
    blobs: list
    user: int = 0
    stored_bytes: int = 0
    status: str = "ready"
    error: str = ""
    deleted: bool = False

    def __str__(self):
        return f"{self.where} image {self.id}"


@dataclass
class Evidence:
    """`hashes` of originals and `broken` renditions are of the blobs that rows point at."""

    rows: list = field(default_factory=list)
    blobs: set = field(default_factory=set)
    quotas: dict = field(default_factory=dict)  # user → (bytes, images)
    reservations: list = field(default_factory=list)  # (user, bytes)
    tasks: dict = field(default_factory=dict)  # (task, status) → number
    uploaded: dict = field(default_factory=dict)  # id → events that say so
    waiting: int = 0  # events that are not in the chain
    abandoned: list = field(default_factory=list)
    hashes: dict = field(default_factory=dict)
    broken: list = field(default_factory=list)


def plain(key):
    """One way to write a key: SQLite has UUIDs without hyphens."""
    return str(key).replace("-", "")


def _asked(place, question):
    with closing(place.connect()) as database, closing(database.cursor()) as cursor:
        cursor.execute(question)
        return cursor.fetchall()


def unfinished(place):
    """What a worker has still to do: images, deletions and tasks."""
    questions = [
        "SELECT COUNT(*) FROM gallery_userimage WHERE status IN ('queued', 'processing')",
        "SELECT (SELECT COUNT(*) FROM gallery_userimage WHERE deleted_at IS NOT NULL)"
        " + (SELECT COUNT(*) FROM consultations_consultationimage WHERE deleted_at IS NOT NULL)",
        "SELECT COUNT(*) FROM django_tasks_database_dbtaskresult"
        " WHERE status IN ('READY', 'RUNNING')",
    ]
    return [_asked(place, question)[0][0] for question in questions]


def at_work(place):
    """Names of the workers that have a task in their hands. None can be told during an outage."""
    question = "SELECT worker_ids FROM django_tasks_database_dbtaskresult WHERE status = 'RUNNING'"
    try:
        told = [names for (names,) in _asked(place, question)]
    except (psycopg.OperationalError, sqlite3.OperationalError):
        return set()
    return {(json.loads(names) if isinstance(names, str) else names)[-1] for names in told}


def gathered(place, *, bytes_too):
    """With `bytes_too`, every blob that a row points at is read."""
    found = Evidence(blobs=place.blobs())
    for id, sha256, key, *names in _asked(
        place,
        f"SELECT {COLUMNS} FROM consultations_consultationimage",
    ):
        found.rows.append(Row(CONSULTATION, plain(id), sha256, key, _blobs(*names)))
    for id, sha256, key, *more in _asked(
        place,
        f"SELECT {COLUMNS}, cutout, cutout_thumbnail, user_id, stored_bytes, status, error,"
        " deleted_at IS NOT NULL FROM gallery_userimage",
    ):
        names, rest = more[:5], more[5:]
        found.rows.append(Row(GALLERY, plain(id), sha256, key, _blobs(*names), *rest))
    for user, used, count in _asked(
        place, "SELECT user_id, storage_used, image_count FROM gallery_storagequota"
    ):
        found.quotas[user] = (used, count)
    found.reservations = _asked(place, "SELECT user_id, size FROM gallery_reservation")
    for path, status, count in _asked(
        place,
        "SELECT task_path, status, COUNT(*) FROM django_tasks_database_dbtaskresult"
        " GROUP BY task_path, status",
    ):
        found.tasks[path.rpartition(".")[2], status] = count
    for key, count in _asked(
        place, "SELECT key, COUNT(*) FROM audit_event WHERE action = 'uploaded' GROUP BY key"
    ):
        found.uploaded[plain(key)] = count
    found.waiting = _asked(place, "SELECT COUNT(*) FROM audit_waiting")[0][0]
    uploads = Path(place.site.environment["DERMAAI_DATA"], "uploads")
    found.abandoned = [path.name for path in uploads.glob("*")]
    if bytes_too:
        _read(place, found)
    return found


def _blobs(original, display, thumbnail, cutout="", cutout_thumbnail=""):
    containers = ("originals", "processed", "thumbnails", "processed", "thumbnails")
    named = zip(containers, (original, display, thumbnail, cutout, cutout_thumbnail), strict=True)
    return [(container, name) for container, name in named if name]


def _read(place, found):
    for row in found.rows:
        for blob in row.blobs:
            data = place.read(*blob)
            if blob[0] == "originals":
                found.hashes[row.id] = hashlib.sha256(data).hexdigest() if data else None
            elif data is not None and not whole(blob[1], data):
                found.broken.append((row, blob))


def whole(name, data):
    """Does a rendition have its end? What was cut off in the writing has not."""
    if name.endswith(".webp"):
        return data[:4] == b"RIFF" and int.from_bytes(data[4:8], "little") + 8 == len(data)
    return data.endswith(b"IEND\xaeB`\x82" if name.endswith(".png") else b"\xff\xd9")
