"""A doctor's bin: photographs that were deleted, and can be restored for BIN_DAYS.

The mechanism is imaging/bin.py; here is what a consultation keeps true besides: whether it has
images, and its primary one.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.trail import Action, record_all
from core.errors import ServiceError
from imaging import bin

from .locking import lock_with_consultations
from .models import Consultation, ConsultationImage
from .models.image import ConsultationImageQuerySet


def keep_time() -> timedelta:
    """How long a deleted image can be restored."""
    return timedelta(days=settings.BIN_DAYS)


def erased_at(image: ConsultationImage) -> datetime | None:
    """When an image in the bin will be deleted for good, at the earliest."""
    return image.deleted_at and image.deleted_at + keep_time()


class SameFileThere(ServiceError):
    """The file, uploaded as `name`, is in the consultation already, as `image` (its key)."""

    code, status = "same_file_there", 409

    def __init__(self, image: int, name: str) -> None:
        super().__init__(image)  # without the name: it may be a patient's
        self.image = image
        text = _("The file “%(name)s” is in that consultation already: image %(image)s.")
        self.detail = text % {"name": name, "image": image}


def put_away_images(images: ConsultationImageQuerySet) -> list[int]:
    """Move images to the bin: they leave every page, list and ZIP at once, and the storage when
    they can no longer be restored. Returns their keys."""
    with transaction.atomic():
        rows = lock_with_consultations(images)
        keys = [row.pk for row in rows]
        # A repeat of the upload stores the file anew, as after a deletion for good.
        bin.put_away(ConsultationImage, keys, idempotency_key=None)
        refresh_images_taken(row.consultation_id for row in rows)
        record_all(Action.DELETED, rows, days=settings.BIN_DAYS)
    return keys


def restore_images(images: ConsultationImageQuerySet) -> list[int]:
    """Restore images from the bin, all or none. Returns their keys. Raises SameFileThere where one
    was uploaded again meanwhile. A primary one is primary again, unless another became it."""
    with transaction.atomic():
        rows = lock_with_consultations(bin.restorable(images, keep_time()))
        for row in rows:
            again = ConsultationImage.objects.filter(
                consultation_id=row.consultation_id,
                sha256=row.sha256,
                created_at__gt=row.deleted_at,
            )
            if (twin := again.order_by("pk").values_list("pk", flat=True).first()) is not None:
                raise SameFileThere(twin, row.original_filename)
        keys = [row.pk for row in rows]
        keep_one_primary(sorted(rows, key=lambda row: row.deleted_at or timezone.now())[::-1])
        bin.take_back(ConsultationImage, keys)
        refresh_images_taken(row.consultation_id for row in rows)
        record_all(Action.RESTORED, rows)
    return keys


def erase_images(images: ConsultationImageQuerySet) -> int:
    """Delete images for good, whether in the bin or not; the blobs follow after commit (a signal
    sees to them and to the audit log). Returns how many."""
    with transaction.atomic():
        rows = lock_with_consultations(images)
        ConsultationImage.all_rows.filter(pk__in=[row.pk for row in rows]).delete()
        refresh_images_taken(row.consultation_id for row in rows)
    return len(rows)


def purge() -> int:
    """Delete for good images that can no longer be restored. Returns how many."""
    return bin.purge(ConsultationImage, keep_time())


def refresh_images_taken(consultations: Iterable[int]) -> None:
    """Right `images_taken` of these consultations (keys), which are locked."""
    for consultation in Consultation.objects.filter(pk__in={*consultations}).order_by("pk"):
        taken = consultation.images.exists()
        if consultation.images_taken != taken:
            consultation.images_taken = taken
            consultation.save(update_fields=["images_taken", "updated_at"])


def keep_one_primary(
    arriving: Iterable[ConsultationImage], consultation: int | None = None
) -> None:
    """Of images that come into a consultation (its key; None: each into its own), leave at most the
    first primary one so, and none where there is one already. The rows are locked."""
    taken: set[int] = set()
    for image in arriving:
        place = image.consultation_id if consultation is None else consultation
        if not image.is_primary:
            continue
        there = ConsultationImage.objects.filter(consultation_id=place, is_primary=True)
        if place in taken or there.exclude(pk=image.pk).exists():
            image.is_primary = False
            ConsultationImage.all_rows.filter(pk=image.pk).update(is_primary=False)
        taken.add(place)
