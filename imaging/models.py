"""What a stored picture is, whoever it belongs to."""

from datetime import timedelta
from functools import partial

from django.conf import settings
from django.core.files.storage import storages
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.context import request_id

from . import renditions
from .metadata import clean_text
from .quality import Verdict


def originals():
    return storages["originals"]


def processed():
    return storages["processed"]


def thumbnails():
    return storages["thumbnails"]


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
    """metadata.SOURCES, in words."""

    ORIGINAL = "original", _("date of the camera")
    DIGITIZED = "digitized", _("date of the scan")
    FILE = "file", _("date of the file")


class StoredImage(models.Model):
    """The blobs of one photograph and what its bytes say: the base of both image tables.

    Rows are made by services only: they need blobs that exist. `width` and `height` are pixels
    of the original after its orientation is applied; `sha256` is of the bytes as received.
    """

    BLOB_FIELDS = ("original", "display", "thumbnail")
    audits_itself = True  # in the admin too: its services and signals tell the audit log

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

    def __str__(self):
        return f"{self._meta.verbose_name} {self.pk}"  # no file name: it may name a patient

    @property
    def verdict(self):
        """What to tell the clinician about sharpness, exposure and damage, or None where
        unmeasured."""
        return Verdict.of(self.sharpness, self.exposure, damaged=self.damaged)

    @property
    def captured_source(self):
        """Which date of the file `captured_at` is, or "". Rows of before it was kept have the
        camera's: no other was read."""
        return (self.captured_at and (self.captured_from or CapturedFrom.ORIGINAL.value)) or ""

    @property
    def captured_local(self):
        """When it was taken, on the camera's own clock where that is known, else on ours."""
        if self.captured_at is None:
            return None
        if self.captured_offset is None:
            return timezone.localtime(self.captured_at)
        return self.captured_at.astimezone(
            timezone.get_fixed_timezone(timedelta(minutes=self.captured_offset))
        )

    @property
    def captured_clock(self):
        """What that clock showed, without a zone: for pages, whose templates move what has one to
        the practice's, and so a late evening west of here to the next day."""
        return self.captured_local and self.captured_local.replace(tzinfo=None)

    @property
    def thumbnail_size(self):
        """(width, height) of the thumbnail, px: known without opening it, so no layout shifts."""
        return renditions.thumbnail_size(self.width, self.height)

    @property
    def browser_can_show_original(self):
        return self.mime_type in ("image/jpeg", "image/png", "image/webp")

    @property
    def download_url(self):
        """Signed, and saved by the browser under the name that the clinician knows."""
        return self.original.storage.url(self.original.name, filename=self.original_filename)

    @staticmethod
    def facts(photo):
        """The columns that an `imaging.intake.Photo` fills."""
        found = photo.found
        return {
            "original_filename": clean_text(photo.original.name, 255) or f"image.{found.extension}",
            "file_size": photo.size,
            "mime_type": found.mime_type,
            "width": found.width,
            "height": found.height,
            "sha256": photo.sha256,
            "captured_at": found.captured_at,
            "captured_offset": found.captured_offset,
            "captured_from": found.captured_from,
            "camera_model": found.camera_model,
            "sharpness": found.sharpness,
            "exposure": found.exposure,
            "damaged": found.damaged,
        }

    def blobs(self):
        """(container, name) of every blob that the row points at."""
        fields = [getattr(self, name) for name in self.BLOB_FIELDS]
        return [(field.storage.container, field.name) for field in fields if field]


def delete_blobs_after_commit(sender, instance, **kwargs):
    """`post_delete` of every StoredImage: once the row is gone for good, the worker is told."""
    from .tasks import delete_blobs

    # robust: the row is gone whatever happens to the queue; reconcile sweeps what it missed.
    enqueue = partial(delete_blobs.enqueue, instance.blobs(), request_id=request_id())
    transaction.on_commit(enqueue, robust=True)
