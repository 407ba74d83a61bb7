"""Changes to photographs, database and blobs together, so that nothing is lost or half stored.

Storing writes the blobs first, under fresh random names, then the row; a failure in between leaves
orphans that `reconcile` removes. Deleting: bin.py; to another consultation: moving.py.

Locks are taken in this order: consultations by key, then images by key, then lesions by key.
"""

from datetime import date, datetime
from enum import Enum
from typing import Any

from django.core.files.base import ContentFile, File
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from audit.trail import Action, record
from core import metrics
from imaging import intake, storage
from imaging.errors import IdempotencyKeyReused
from imaging.intake import Photo

from .lesions import lesion_of, lock_lesions, with_lesion
from .locking import lock_with_consultations
from .models import Consultation, ConsultationImage, Lesion
from .models.image import ConsultationImageQuerySet
from .records import change_record, change_records
from .revisions import Author
from .vocabulary import BODY_SITES, ImageType, Mirrored


class Unchanged(Enum):
    """The default of a value that may also be None."""

    UNCHANGED = "unchanged"


UNCHANGED = Unchanged.UNCHANGED


@metrics.count_uploads("consultation")
def add_image(
    *,
    consultation: Consultation,
    user: User,
    upload: File | None,
    image_type: str = "",
    dermoscopic_type: str = "",
    body_location: str = "",
    body_site: str = "",
    laterality: str = "",
    description: str = "",
    captured_on: date | None = None,
    is_primary: bool = False,
    lesion: Lesion | None = None,
    mirrored: str = "",
    idempotency_key: str | None = None,
) -> tuple[ConsultationImage, bool]:
    """Store one uploaded photograph. Returns (image, created). `image_type`: "" where nobody has
    said it; "other" is a choice.

    With an idempotency key that this user has already used, returns the image stored then, and
    False. Raises ImageRefused (nothing stored), StorageUnavailable (no row),
    IdempotencyKeyReused where that was another file, Consultation.DoesNotExist, or what
    `lesions.with_lesion` raises.
    """
    photo = intake.read(upload)
    decoded = photo.found
    if idempotency_key:
        earlier = _find_earlier_upload(consultation, user, idempotency_key, photo)
        if earlier:
            return earlier, False
    stem = storage.new_stem()
    blobs = [
        ("originals", f"{stem}.{decoded.extension}", photo.original),
        ("processed", f"{stem}.jpg", ContentFile(decoded.display)),
        ("thumbnails", f"{stem}.webp", ContentFile(decoded.thumbnail)),
    ]
    try:
        with storage.storing(blobs) as (original, display, thumbnail), transaction.atomic():
            # The lock serialises uploads to one consultation, so that only one becomes primary.
            locked = Consultation.objects.select_for_update().get(pk=consultation.pk)
            if is_primary:
                _clear_primary(locked)
            place = _place(locked, body_site=body_site, laterality=laterality, lesion=lesion)
            image = ConsultationImage.objects.create(
                consultation=locked,
                uploaded_by=user,
                idempotency_key=idempotency_key or None,
                original=original,
                display=display,
                thumbnail=thumbnail,
                **ConsultationImage.columns_from(photo),
                **_type(image_type),
                dermoscopic_type=dermoscopic_type,
                body_location=body_location,
                description=description,
                captured_on=captured_on,
                is_primary=is_primary,
                mirrored=mirrored or (Mirrored.UNKNOWN if decoded.front_camera else ""),
                **place,
            )
            if not locked.images_taken:
                locked.images_taken = True
                locked.save(update_fields=["images_taken", "updated_at"])
            record(Action.UPLOADED, image)
    except IntegrityError:
        if not idempotency_key:
            raise
        earlier = _find_earlier_upload(consultation, user, idempotency_key, photo)
        if not earlier:
            raise
        return earlier, False  # a concurrent repeat of this upload was faster
    return image, True


def _type(said: str) -> dict[str, Any]:
    """{field: value} of what somebody said of the type; "" for nothing."""
    return {"image_type": said or ImageType.OTHER, "other_chosen": said == ImageType.OTHER}


def _place(consultation: Consultation, **place: Any) -> dict[str, Any]:
    """Site, side and lesion ({field: value}) of a new image, with what follows from the lesion."""
    lesions = lock_lesions([getattr(place["lesion"], "pk", None)])
    return with_lesion(ConsultationImage(patient_id=consultation.patient_id), place, lesions)


class StaleImage(Exception):
    """The row has changed since the caller read it; nothing was written."""


def update_image(
    image: ConsultationImage,
    *,
    as_of: datetime | None = None,
    user: Author = None,
    **changes: Any,
) -> ConsultationImage:
    """Change an image's metadata ({field: value}). A new primary image replaces the former one;
    "other" as `image_type` is a choice, "" takes back what was said.

    Returns the image as it is now. Raises ConsultationImage.DoesNotExist if it was deleted, and
    StaleImage if `as_of` is given and is not its `updated_at`; what `lesions.with_lesion` raises.
    `user` makes the change.
    """
    with transaction.atomic():
        consultation = Consultation.objects.select_for_update().get(pk=image.consultation_id)
        # Read again under the lock: it may have been changed or deleted meanwhile.
        image = consultation.images.get(pk=image.pk)
        if as_of not in (None, image.updated_at):
            raise StaleImage
        locked = lock_lesions([lesion_of(image, changes)])
        changes = _consistent(image, with_lesion(image, changes, locked))
        if changes.get("is_primary"):
            _clear_primary(consultation)
        return change_record(image, user, changes)


def edit_images(
    images: ConsultationImageQuerySet,
    *,
    user: Author,
    image_type: str | None = None,
    body_site: str | None = None,
    laterality: str | None = None,
    mirrored: str | None = None,
    lesion: Lesion | Unchanged | None = UNCHANGED,
) -> int:
    """Set these of several images at once; None (of a lesion UNCHANGED) leaves what there is. A
    new site that the body has once takes the side away, and such a site takes none. Returns how
    many changed. Raises what `lesions.with_lesion` does: all or none."""
    asked = {
        "image_type": image_type,
        "body_site": body_site,
        "laterality": laterality,
        "mirrored": mirrored,
    }
    wanted: dict[str, Any] = {name: value for name, value in asked.items() if value is not None}
    if not isinstance(lesion, Unchanged):
        wanted["lesion"] = lesion
    with transaction.atomic():
        changed = []
        rows = lock_with_consultations(images)
        lesions = lock_lesions({lesion_of(image, wanted) for image in rows})
        former = Lesion.objects.in_bulk({image.lesion_id for image in rows if image.lesion_id})
        for image in rows:
            if image.lesion_id:
                image.lesion = former.get(image.lesion_id)  # else each would be asked for
            changes = with_lesion(image, wanted, lesions)
            site = BODY_SITES.get(changes.get("body_site", image.body_site))
            if site and not site.paired and changes.keys() & {"body_site", "laterality"}:
                changes["laterality"] = ""
            if changes := _consistent(image, changes):
                changed.append((image, changes))
        change_records(changed, user)
    return len(changed)


def _consistent(image: ConsultationImage, changes: dict[str, Any]) -> dict[str, Any]:
    """What of `changes` differs from the image, and what follows from it."""
    if "image_type" in changes:
        changes = changes | _type(changes["image_type"])
    changes = {name: value for name, value in changes.items() if getattr(image, name) != value}
    kind = changes.get("image_type", image.image_type)
    mode = changes.get("dermoscopic_type", image.dermoscopic_type)
    if mode and kind != ImageType.DERMOSCOPY:
        changes["dermoscopic_type"] = ""  # meaningless for any other type
    return changes


def _clear_primary(consultation: Consultation) -> None:
    primary = consultation.images.filter(is_primary=True)
    primary.update(is_primary=False, updated_at=timezone.now())


def _find_earlier_upload(
    consultation: Consultation, user: User, key: str, photo: Photo
) -> ConsultationImage | None:
    image = ConsultationImage.objects.filter(uploaded_by=user, idempotency_key=key).first()
    if image and (image.consultation_id, image.sha256) != (consultation.pk, photo.sha256):
        raise IdempotencyKeyReused(key)
    return image
