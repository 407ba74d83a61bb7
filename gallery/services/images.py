"""Storing and editing gallery images: database, blobs, quota and queue together."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.core.files.base import ContentFile, File
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.utils import timezone

from accounts.models import User
from audit.trail import Action, record, record_all
from core import metrics
from core.batches import BATCH
from core.context import request_id
from imaging import intake, storage
from imaging.errors import IdempotencyKeyReused
from imaging.intake import Photo
from imaging.metadata import clean_text

from ..models import UserImage
from ..models.images import TITLE_LENGTH, UserImageQuerySet
from . import quotas, tags
from .processing import queue


@metrics.count_uploads("gallery")
def submit_image(
    *,
    user: User,
    upload: File | None,
    title: str = "",
    tag_names: Iterable[str] = (),
    engine: str = UserImage.Engine.AUTO,
    dermoscopic: bool | None = None,
    idempotency_key: str | None = None,
) -> tuple[UserImage, bool]:
    """Store one photograph and queue it. Returns (image, created).

    With an idempotency key that this user has already used, returns the image stored then, and
    False. Raises ImageRefused or QuotaExceeded (nothing stored), StorageUnavailable (no row), or
    IdempotencyKeyReused where that was another file.
    """
    if upload is not None:
        _check_room(user, upload, idempotency_key)
    photo = intake.read(upload)
    decoded = photo.found
    if earlier := _find_earlier_upload(user, idempotency_key, photo):
        return earlier, False
    size = photo.size + len(decoded.thumbnail)
    key = storage.new_id()
    stem = f"{user.pk}/{key}"
    blobs = [
        ("originals", f"{stem}_original.{decoded.extension}", photo.original),
        ("processed", f"{stem}_display.jpg", ContentFile(decoded.display)),
        ("thumbnails", f"{stem}_thumb.webp", ContentFile(decoded.thumbnail)),
    ]
    try:
        reservation = quotas.reserve(user, size, idempotency_key)
    except quotas.AlreadyStored as twin:
        return _require_same_file(twin.image, photo), False
    try:
        with storage.storing(blobs) as (original, display, thumbnail), transaction.atomic():
            image = UserImage(
                id=key,
                user=user,
                title=clean_text(title, TITLE_LENGTH),
                idempotency_key=idempotency_key or None,
                original=original,
                display=display,
                thumbnail=thumbnail,
                source_bytes=size,
                stored_bytes=size,
                **UserImage.columns_from(photo),
                engine_asked=engine,
                dermoscopic=dermoscopic,
                due_at=timezone.now(),
                request_id=request_id() or None,
            )
            names = tags.clean_names(tag_names)
            image.update_search_key(names)
            image.save(force_insert=True)
            tags.add([image], names)
            quotas.confirm(reservation)
            record(Action.UPLOADED, image)
            queue.wake_on_commit()
    except (OperationalError, InterfaceError):
        raise  # `reconcile` removes the blobs and releases the reservation
    except Exception as error:
        quotas.release(reservation)
        if not isinstance(error, IntegrityError):
            raise
        if not (earlier := _find_earlier_upload(user, idempotency_key, photo)):
            raise
        return earlier, False  # a concurrent repeat of this upload was faster
    return image, True


def _check_room(user: User, upload: File, idempotency_key: str | None) -> None:
    """Raises QuotaExceeded before the file is decoded, unless it repeats an upload, which takes no
    more room."""
    try:
        quotas.check(user, upload.size or 0)
    except quotas.QuotaExceeded:
        # In this order: a reservation becomes an image, never the reverse.
        if not idempotency_key or not (
            quotas.reservations_with_key(user, idempotency_key).exists()
            or UserImage.objects.filter(user=user, idempotency_key=idempotency_key).exists()
        ):
            raise


def _find_earlier_upload(user: User, key: str | None, photo: Photo) -> UserImage | None:
    if not key:
        return None
    image = UserImage.objects.filter(user=user, idempotency_key=key).first()
    return _require_same_file(image, photo) if image else None


def _require_same_file(image: UserImage, photo: Photo) -> UserImage:
    """The image of an earlier upload. Raises IdempotencyKeyReused if it was another file."""
    if image.sha256 != photo.sha256:
        raise IdempotencyKeyReused(image.idempotency_key)
    return image


def edit_images(
    images: UserImageQuerySet,
    *,
    title: str | None = None,
    favorite: bool | None = None,
    tag_names: Iterable[str] | None = None,
    add: Iterable[str] = (),
    remove: Iterable[str] = (),
) -> int:
    """Edit the metadata of some of one user's images, in one transaction. `tag_names` replaces the
    tags; `add` and `remove` leave the others. Returns how many images there are; those that do
    not change are neither written nor audited. Raises TooManyTags."""
    with transaction.atomic():
        edited = list(images.select_for_update().order_by("pk"))
        changes: dict[str, Any] = {}
        before = tags.names_by_image(edited)
        if title is not None:
            changes["title"] = clean_text(title, TITLE_LENGTH)
        if favorite is not None:
            changes["is_favorite"] = favorite
        if tag_names is not None:
            tags.replace(edited, tags.clean_names(tag_names))
        tags.remove(edited, tags.clean_names(remove))
        tags.add(edited, tags.clean_names(add))
        now, after = timezone.now(), tags.names_by_image(edited)
        changed: dict[tuple[str, ...], list[UserImage]] = defaultdict(list)
        for image in edited:
            fields = [name for name, value in changes.items() if getattr(image, name) != value]
            if before.get(image.pk) != after.get(image.pk):
                fields.append("tags")
            if fields:
                changed[tuple(sorted(fields))].append(image)
            for name, value in changes.items():
                setattr(image, name, value)
            image.updated_at = now
            image.update_search_key(after.get(image.pk, ()))
        for names, group in changed.items():
            columns = [*({*names} - {"tags"}), "updated_at", "search_key"]
            UserImage.objects.bulk_update(group, columns, batch_size=BATCH)
            record_all(Action.CHANGED, group, fields=list(names))
    return len(edited)
