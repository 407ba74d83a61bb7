"""Database against storage: what one has and the other lacks. For every StoredImage table."""

import hashlib
import logging
from collections import defaultdict
from contextlib import suppress
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
    stored = {name: dict(storage.blobs(name)) for name in settings.CONTAINERS}
    report.blobs = sum(map(len, stored.values()))
    wanted = defaultdict(set)
    for model in image_models():
        report.mended += model.mend(only_tell=not delete, grace=grace)
        for image in model.objects.only(*model.BLOB_FIELDS).iterator(chunk_size=2000):
            report.rows += 1
            for container, name in image.blobs():
                wanted[container].add(name)
                if (
                    name not in stored[container]
                    and not storage.exists(container, name)
                    and model.objects.filter(pk=image.pk).exists()
                ):
                    report.missing.append((image, container, name))
    for container, blobs in stored.items():
        for name, changed in blobs.items():
            if name not in wanted[container] and changed < before:
                report.orphans.append((container, name))
    report.abandoned = list(_abandoned(before.timestamp()))
    if delete:
        for container, name in report.orphans:
            storage.delete(container, name)
        for path in report.abandoned:
            path.unlink(missing_ok=True)
    return report


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
