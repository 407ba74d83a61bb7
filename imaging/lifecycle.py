"""Database against storage: what one has and the other lacks. For every StoredImage table."""

import hashlib
import logging
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.utils import timezone

from . import storage
from .models import StoredImage

logger = logging.getLogger(__name__)

GRACE = timedelta(hours=1)  # a younger blob may belong to an upload that is under way


@dataclass(slots=True)
class Report:
    """`orphans` [(container, name)] no row points at; `missing` [(row, container, name)];
    `abandoned` files of uploads that a killed process left; `mended` rows that were wrong."""

    blobs: int = 0
    rows: int = 0
    orphans: list = field(default_factory=list)
    missing: list = field(default_factory=list)
    abandoned: list = field(default_factory=list)
    mended: int = 0


# What the apps right in their own rows, as they register it at their start: called with `only_tell`
# and `grace` (what is younger may be an upload under way), they return in how many rows.
REPAIRS = []


def image_models():
    """The concrete tables of pictures, in whatever app."""
    return [model for model in apps.get_models() if issubclass(model, StoredImage)]


def reconcile(*, delete: bool, grace: timedelta = GRACE) -> Report:
    """Find rows whose blob is gone; find and delete orphan blobs and abandoned uploads, if they
    are older than `grace`. Less than an hour is for a site that is stopped.

    Storage is listed first: a blob that a row points at later was already there, and a row that
    comes after the listing is looked up again before anything is said of it. Raises
    StorageUnavailable.
    """
    report = Report()
    before = timezone.now() - grace  # first: a blob listed in an hour's time is young all the same
    with closing(_Ledger()) as ledger:
        for container in settings.CONTAINERS:
            report.blobs += ledger.note_stored(container, storage.blobs(container))
        for repair in REPAIRS:
            report.mended += repair(only_tell=not delete, grace=grace)
        for model in image_models():
            rows = model.objects.only(*model.BLOB_FIELDS).iterator(chunk_size=2000)
            report.rows += ledger.note_wanted(rows)
        for model, pk, container, name in ledger.missing():
            if not storage.exists(container, name) and (row := model.objects.filter(pk=pk).first()):
                report.missing.append((row, container, name))
        report.orphans = ledger.orphans(before.timestamp())
    report.abandoned = list(_abandoned(before.timestamp()))
    if delete:
        for container, name in report.orphans:
            storage.delete(container, name)
        for path in report.abandoned:
            path.unlink(missing_ok=True)
    return report


class _Ledger:
    """Names of blobs, stored and wanted, in a passing file of SQLite's: millions fit no memory."""

    def __init__(self):
        self.file = sqlite3.connect("")
        self.file.execute("PRAGMA journal_mode = OFF")
        self.file.execute("PRAGMA cache_size = -40000")  # KiB
        for kind, more in (("stored", "changed REAL"), ("wanted", "model TEXT, pk TEXT")):
            self.file.execute(
                f"CREATE TABLE {kind} (container TEXT, name TEXT, {more},"
                " PRIMARY KEY (container, name)) WITHOUT ROWID"
            )

    def close(self):
        self.file.close()

    def note_stored(self, container, blobs):
        """`blobs` are (name, last change). Returns how many."""
        rows = ((container, name, changed.timestamp()) for name, changed in blobs)
        return self._note("INSERT OR REPLACE INTO stored VALUES (?, ?, ?)", rows)

    def note_wanted(self, images):
        """What these rows point at. Returns how many rows."""
        count = 0

        def rows():
            nonlocal count
            for image in images:
                count += 1
                label, pk = image._meta.label, str(image.pk)
                yield from ((*blob, label, pk) for blob in image.blobs())

        self._note("INSERT OR REPLACE INTO wanted VALUES (?, ?, ?, ?)", rows())
        return count

    def _note(self, statement, rows):
        return self.file.executemany(statement, rows).rowcount

    def missing(self):
        """(model, pk, container, name) of what is wanted and was not stored."""
        found = self.file.execute(
            "SELECT model, pk, container, name FROM wanted"
            " WHERE (container, name) NOT IN (SELECT container, name FROM stored)"
        )
        return [(apps.get_model(label), pk, *blob) for label, pk, *blob in found]

    def orphans(self, before):
        """(container, name) of what nobody wants and was changed before this Unix time."""
        return self.file.execute(
            "SELECT container, name FROM stored WHERE changed < ?"
            " AND (container, name) NOT IN (SELECT container, name FROM wanted)",
            [before],
        ).fetchall()


def _abandoned(before):
    """Files of uploads that were last written to before this Unix time."""
    for path in Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*.upload*"):  # as Django names them
        with suppress(FileNotFoundError):  # it ended meanwhile
            if path.stat().st_mtime < before:
                yield path


def verify(images):
    """Hash originals again. Yields (image, problem) for those that are not as received."""
    for image in images:
        digest = hashlib.sha256()
        try:
            for chunk in storage.chunks("originals", image.original.name):
                digest.update(chunk)
        except FileNotFoundError:
            yield image, "missing"
            continue
        except storage.OUTAGES as error:
            yield image, f"unreadable ({type(error).__name__})"
            continue
        if digest.hexdigest() != image.sha256:
            yield image, "altered"
