"""Reconciles database and storage, and verifies originals, for every StoredImage table."""

import hashlib
import logging
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from django.apps import apps
from django.conf import settings
from django.utils import timezone

from . import storage
from .models import StoredImage

logger = logging.getLogger(__name__)

GRACE = timedelta(hours=1)  # a younger blob may belong to an upload in progress


@dataclass(slots=True)
class Report:
    """`orphans` [(container, name)] that no row points at; `missing` [(row, container, name)];
    `abandoned` upload files that a killed process left; `repaired`, the number of rows that were
    wrong."""

    blobs: int = 0
    rows: int = 0
    orphans: list[tuple[str, str]] = field(default_factory=list)
    missing: list[tuple[StoredImage, str, str]] = field(default_factory=list)
    abandoned: list[Path] = field(default_factory=list)
    repaired: int = 0


class Repair(Protocol):
    """Repairs rows of an app that are wrong, unless `dry_run`, and returns how many there were.
    What is younger than `grace` may be an upload in progress."""

    def __call__(self, *, dry_run: bool, grace: timedelta) -> int: ...


REPAIRS: list[Repair] = []  # each app registers its own in ready()


def image_models() -> list[type[StoredImage]]:
    """The concrete models of pictures, in any app."""
    return [model for model in apps.get_models() if issubclass(model, StoredImage)]


def reconcile(*, delete: bool, grace: timedelta = GRACE) -> Report:
    """Find rows whose blob is missing; find, and with `delete` delete, orphan blobs and abandoned
    uploads older than `grace`. Less than an hour is only safe while the site is stopped.

    Storage is listed before the database: a blob is always older than its row, and a row newer
    than the listing is looked up again before it is reported. Raises StorageUnavailable.
    """
    report = Report()
    before = timezone.now() - grace  # taken first: listing may take an hour itself
    with closing(_BlobIndex()) as index:
        for container in settings.CONTAINERS:
            report.blobs += index.add_stored(container, storage.blobs(container))
        for repair in REPAIRS:
            report.repaired += repair(dry_run=not delete, grace=grace)
        for model in image_models():
            # The bin included, which the default manager may leave out.
            rows = model._base_manager.only(*model.BLOB_FIELDS).iterator(chunk_size=2000)
            report.rows += index.add_referenced(rows)
        for model, pk, container, name in index.missing():
            if storage.exists(container, name):
                continue
            if row := model._base_manager.filter(pk=pk).first():
                report.missing.append((row, container, name))
        report.orphans = index.orphans(before.timestamp())
    report.abandoned = list(_abandoned(before.timestamp()))
    if delete:
        for container, name in report.orphans:
            storage.delete(container, name)
        for path in report.abandoned:
            path.unlink(missing_ok=True)
    return report


class _BlobIndex:
    """Names of blobs, stored and referenced, in a temporary SQLite file: there may be millions."""

    def __init__(self) -> None:
        self.file = sqlite3.connect("")
        self.file.execute("PRAGMA journal_mode = OFF")
        self.file.execute("PRAGMA cache_size = -40000")  # KiB
        for table, columns in (("stored", "changed REAL"), ("referenced", "model TEXT, pk TEXT")):
            self.file.execute(
                f"CREATE TABLE {table} (container TEXT, name TEXT, {columns},"
                " PRIMARY KEY (container, name)) WITHOUT ROWID"
            )

    def close(self) -> None:
        self.file.close()

    def add_stored(self, container: str, blobs: Iterable[tuple[str, datetime]]) -> int:
        """`blobs` are (name, last change). Returns how many there are."""
        rows = ((container, name, changed.timestamp()) for name, changed in blobs)
        return self._insert("INSERT OR REPLACE INTO stored VALUES (?, ?, ?)", rows)

    def add_referenced(self, images: Iterable[StoredImage]) -> int:
        """Add the blobs that these rows point at. Returns how many rows there are."""
        count = 0

        def rows() -> Iterator[tuple[Any, ...]]:
            nonlocal count
            for image in images:
                count += 1
                label, pk = image._meta.label, str(image.pk)
                yield from ((*blob, label, pk) for blob in image.blobs())

        self._insert("INSERT OR REPLACE INTO referenced VALUES (?, ?, ?, ?)", rows())
        return count

    def _insert(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> int:
        return self.file.executemany(statement, rows).rowcount

    def missing(self) -> list[tuple[type[StoredImage], str, str, str]]:
        """(model, pk, container, name) of what is referenced but not stored."""
        rows = self.file.execute(
            "SELECT model, pk, container, name FROM referenced"
            " WHERE (container, name) NOT IN (SELECT container, name FROM stored)"
        )
        return [(apps.get_model(label), pk, container, name) for label, pk, container, name in rows]

    def orphans(self, before: float) -> list[tuple[str, str]]:
        """(container, name) of what no row references and was changed before this Unix time."""
        return self.file.execute(
            "SELECT container, name FROM stored WHERE changed < ?"
            " AND (container, name) NOT IN (SELECT container, name FROM referenced)",
            [before],
        ).fetchall()


def _abandoned(before: float) -> Iterator[Path]:
    """Upload files last written before this Unix time."""
    for path in Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*.upload*"):  # as Django names them
        with suppress(FileNotFoundError):  # the upload has finished
            if path.stat().st_mtime < before:
                yield path


def verify(images: Iterable[StoredImage]) -> Iterator[tuple[StoredImage, str]]:
    """Hash originals again. Yields (image, problem) for those that are not as received."""
    for image in images:
        digest = hashlib.sha256()
        try:
            for chunk in storage.chunks("originals", str(image.original.name)):
                digest.update(chunk)
        except FileNotFoundError:
            yield image, "missing"
            continue
        except storage.OUTAGES as error:
            yield image, f"unreadable ({type(error).__name__})"
            continue
        if digest.hexdigest() != image.sha256:
            yield image, "altered"
