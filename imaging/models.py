"""The abstract base of every stored picture."""

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models, transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from core.context import request_id
from core.templatetags.dates import moment

from . import renditions
from .metadata import clean_text
from .quality import Verdict

if TYPE_CHECKING:
    from .intake import Photo


def originals() -> Storage:
    return storages["originals"]


def processed() -> Storage:
    return storages["processed"]


def thumbnails() -> Storage:
    return storages["thumbnails"]


LIVE = models.Q(deleted_at__isnull=True)  # not in the bin
IN_BIN = models.Q(deleted_at__isnull=False)
FILE_CONSTRAINTS = [
    models.CheckConstraint(
        condition=models.Q(file_size__gt=0, width__gt=0, height__gt=0),
        name="%(class)s_sizes_positive",
    ),
    models.CheckConstraint(
        condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"),
        name="%(class)s_sha256_is_hex",
    ),
]


class CapturedFrom(models.TextChoices):
    """Labels for metadata.SOURCES."""

    ORIGINAL = "original", _("date of the camera")
    DIGITIZED = "digitized", _("date of the scan")
    FILE = "file", _("date of the file")


class StoredImage(models.Model):
    """The blobs of one photograph and the facts read from its bytes: the base of both image tables.

    Only services create rows, since the blobs must exist. `width` and `height` are pixels of the
    original after its orientation is applied; `sha256` is of the bytes as received.
    """

    BLOB_FIELDS: tuple[str, ...] = ("original", "display", "thumbnail")
    audits_itself = True  # in the admin too: its services and signals write to the audit trail

    original = models.FileField(_("original"), storage=originals, max_length=255, editable=False)
    display = models.FileField(_("display"), storage=processed, max_length=255, editable=False)
    thumbnail = models.FileField(_("thumbnail"), storage=thumbnails, max_length=255, editable=False)
    original_filename = models.CharField(_("file name"), max_length=255, editable=False)
    file_size = models.PositiveBigIntegerField(_("file size (bytes)"), editable=False)
    mime_type = models.CharField(_("file type"), max_length=50, editable=False)
    width = models.PositiveIntegerField(_("width (px)"), editable=False)
    height = models.PositiveIntegerField(_("height (px)"), editable=False)
    sha256 = models.CharField("SHA-256", max_length=64, editable=False)
    captured_at = models.DateTimeField(_("captured"), null=True, blank=True, editable=False)
    captured_offset = models.SmallIntegerField(
        _("camera's clock (minutes from UTC)"), null=True, blank=True, editable=False
    )
    captured_from = models.CharField(
        _("date from"),
        max_length=10,
        choices=CapturedFrom,
        blank=True,
        default="",
        db_default="",
        editable=False,
    )
    camera_model = models.CharField(_("camera"), max_length=100, blank=True, editable=False)
    sharpness = models.FloatField(_("sharpness"), null=True, editable=False)
    exposure = models.FloatField(_("exposure (clipped share)"), null=True, editable=False)
    damaged = models.BooleanField(
        _("damaged file"), default=False, db_default=False, editable=False
    )
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("added by"),
        editable=False,
    )
    idempotency_key = models.CharField(max_length=255, null=True, editable=False)
    # In the bin since then (imaging/bin.py).
    deleted_at = models.DateTimeField(_("deleted"), null=True, editable=False)
    created_at = models.DateTimeField(_("added"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        abstract = True
        constraints = [
            *FILE_CONSTRAINTS,
            models.UniqueConstraint(
                fields=["uploaded_by", "idempotency_key"],
                name="%(class)s_one_per_idempotency_key",
            ),
        ]

    def __str__(self) -> str:
        """By its moment; no file name, which may name a patient."""
        return f"{capfirst(self._meta.verbose_name)} · {moment(self.created_at)}"

    @property
    def verdict(self) -> Verdict | None:
        """The verdict on sharpness, exposure and damage, or None where they were not measured."""
        return Verdict.of(self.sharpness, self.exposure, damaged=self.damaged)

    @property
    def captured_source(self) -> str:
        """Which date of the file `captured_at` is, or "". Older rows, without `captured_from`,
        have the camera's: no other was read then."""
        if self.captured_at is None:
            return ""
        return self.captured_from or CapturedFrom.ORIGINAL.value

    @property
    def captured_local(self) -> datetime | None:
        """When it was taken, in the camera's time zone where that is known, else in ours."""
        if self.captured_at is None:
            return None
        if self.captured_offset is None:
            return timezone.localtime(self.captured_at)
        return self.captured_at.astimezone(
            timezone.get_fixed_timezone(timedelta(minutes=self.captured_offset))
        )

    @property
    def captured_clock(self) -> datetime | None:
        """What the camera's clock showed, naive: templates convert aware dates to the practice's
        zone, which would move a late evening further west to the next day."""
        return self.captured_local and self.captured_local.replace(tzinfo=None)

    @property
    def thumbnail_size(self) -> tuple[int, int]:
        """(width, height) of the thumbnail, px, without opening it: pages reserve its space."""
        return renditions.thumbnail_size(self.width, self.height)

    @property
    def browser_can_show_original(self) -> bool:
        return self.mime_type in ("image/jpeg", "image/png", "image/webp")

    @property
    def download_url(self) -> str:
        """Signed; the browser saves the file under its original name."""
        return self.original.storage.url(  # type: ignore[call-arg]
            self.original.name, filename=self.original_filename
        )

    @staticmethod
    def columns_from(photo: "Photo") -> dict[str, Any]:
        """The values of the columns that describe a photo."""
        decoded = photo.found
        return {
            "original_filename": clean_text(photo.original.name, 255)
            or f"image.{decoded.extension}",
            "file_size": photo.size,
            "mime_type": decoded.mime_type,
            "width": decoded.width,
            "height": decoded.height,
            "sha256": photo.sha256,
            "captured_at": decoded.captured_at,
            "captured_offset": decoded.captured_offset,
            "captured_from": decoded.captured_from,
            "camera_model": decoded.camera_model,
            "sharpness": decoded.sharpness,
            "exposure": decoded.exposure,
            "damaged": decoded.damaged,
        }

    def blobs(self) -> list[tuple[str, str]]:
        """(container, name) of every blob that the row points at."""
        fields = [getattr(self, name) for name in self.BLOB_FIELDS]
        return [(field.storage.container, field.name) for field in fields if field]


def delete_blobs_after_commit(
    sender: type[StoredImage], instance: StoredImage, **kwargs: Any
) -> None:
    """`post_delete` of every StoredImage: after the commit, enqueue the deletion of its blobs."""
    from .tasks import delete_blobs

    # robust: the row is gone even if enqueueing fails; reconcile then removes the blobs.
    enqueue = partial(delete_blobs.enqueue, instance.blobs(), request_id=request_id())
    transaction.on_commit(enqueue, robust=True)
