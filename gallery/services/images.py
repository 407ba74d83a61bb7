"""Taking in gallery images and editing them: database, blobs, quota and queue together."""

from collections import defaultdict

from django.core.files.base import ContentFile
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.utils import timezone

from audit.trail import Action, record, record_all
from core import metrics
from core.context import request_id
from imaging import intake, storage
from imaging.errors import IdempotencyKeyReused
from imaging.metadata import clean_text

from ..models import UserImage
from ..models.images import TITLE
from . import quotas, tags
from .batches import BATCH
from .processing import queue


@metrics.uploads("gallery")
def submit_image(
    *,
    user,
    upload,
    title="",
    tag_names=(),
    engine=UserImage.Engine.AUTO,
    dermoscopic=None,
    idempotency_key=None,
):
    """Store one photograph and queue it. Returns (image, created).

    With an idempotency key that this user has used, returns the image of the first time and
    False. Raises ImageRefused or QuotaExceeded (nothing stored), StorageUnavailable (no row), or
    IdempotencyKeyReused.
    """
    if upload is not None:
        _check_room(user, upload, idempotency_key)
    photo = intake.read(upload)
    found = photo.found
    if earlier := _earlier(user, idempotency_key, photo):
        return earlier, False
    size = photo.size + len(found.thumbnail)
    key = storage.new_id()
    stem = f"{user.pk}/{key}"
    blobs = [
        ("originals", f"{stem}_original.{found.extension}", photo.original),
        ("processed", f"{stem}_display.jpg", ContentFile(found.display)),
        ("thumbnails", f"{stem}_thumb.webp", ContentFile(found.thumbnail)),
    ]
    try:
        reservation = quotas.reserve(user, size, idempotency_key)
    except quotas.AlreadyStored as twin:
        return _same_file(twin.image, photo), False
    try:
        with storage.storing(blobs) as (original, display, thumbnail), transaction.atomic():
            image = UserImage(
                id=key,
                user=user,
                title=clean_text(title, TITLE),
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
            names = tags.cleaned(tag_names)
            image.index_words(names)
            image.save(force_insert=True)
            tags.add([image], names)
            quotas.keep(reservation)
            record(Action.UPLOADED, image)
            queue.wake_on_commit()
    except (OperationalError, InterfaceError):
        raise  # as the blobs, what was reserved is for reconcile
    except Exception as error:
        quotas.release(reservation)
        earlier = isinstance(error, IntegrityError) and _earlier(user, idempotency_key, photo)
        if not earlier:
            raise
        return earlier, False  # the same upload, at the same time
    return image, True


def _check_room(user, upload, idempotency_key):
    """Refuse early what cannot be stored; but a repeated upload is not stored again."""
    try:
        quotas.check(user, upload.size or 0)
    except quotas.QuotaExceeded:
        # In this order: a reservation becomes an image, never the reverse.
        if not idempotency_key or not (
            quotas.reserved(user, idempotency_key).exists()
            or UserImage.objects.filter(user=user, idempotency_key=idempotency_key).exists()
        ):
            raise


def _earlier(user, key, photo):
    if not key:
        return None
    image = UserImage.objects.filter(user=user, idempotency_key=key).first()
    return _same_file(image, photo) if image else None


def _same_file(image, photo):
    """The image of an earlier upload, if it was this file. Raises IdempotencyKeyReused."""
    if image.sha256 != photo.sha256:
        raise IdempotencyKeyReused(image.idempotency_key)
    return image


def edit_images(images, *, title=None, favorite=None, tag_names=None, add=(), remove=()):
    """Change what is said about some of somebody's images, in one transaction. `tag_names`
    replaces the tags; `add` and `remove` leave the others. Returns how many images there are. One
    that is as it was afterwards is not written, and nothing is told of it."""
    with transaction.atomic():
        found = list(images.select_for_update().order_by("pk"))
        before, changes = tags.of_images(found), {}
        if title is not None:
            changes["title"] = clean_text(title, TITLE)
        if favorite is not None:
            changes["is_favorite"] = favorite
        if tag_names is not None:
            tags.replace(found, tags.cleaned(tag_names))
        tags.remove(found, tags.cleaned(remove))
        tags.add(found, tags.cleaned(add))
        now, after, changed = timezone.now(), tags.of_images(found), defaultdict(list)
        for image in found:
            fields = [name for name, value in changes.items() if getattr(image, name) != value]
            if before.get(image.pk) != after.get(image.pk):
                fields.append("tags")
            if fields:
                changed[tuple(sorted(fields))].append(image)
            for name, value in changes.items():
                setattr(image, name, value)
            image.updated_at = now
            image.index_words(after.get(image.pk, ()))
        for fields, some in changed.items():
            columns = [*({*fields} - {"tags"}), "updated_at", "search_key"]
            UserImage.objects.bulk_update(some, columns, batch_size=BATCH)
            record_all(Action.CHANGED, some, fields=list(fields))
    return len(found)
