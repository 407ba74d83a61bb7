"""What changes gallery images: database, blobs, quota and queue together."""

from collections import defaultdict
from datetime import timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import Sum
from django.utils import timezone

from audit.trail import Action, record, record_all
from core import metrics
from core.context import request_id
from imaging import intake, storage
from imaging.errors import IdempotencyKeyReused
from imaging.metadata import clean_text

from . import quotas, tags
from .models import StorageQuota, UserImage
from .models.images import TITLE
from .tasks import look

BATCH = 500  # rows of one statement: SQLite takes 250,000 variables, PostgreSQL 65,535


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
                **UserImage.facts(photo),
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
            transaction.on_commit(wake_workers, robust=True)
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


def wake_workers():
    look.enqueue()


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


def delete_images(images):
    """Put some of somebody's images away: gone from every page and link at once, and from storage
    when the time to undo has passed. Returns their keys."""
    with transaction.atomic():
        found = list(
            images.select_for_update().order_by("pk").values_list("pk", "user_id", "stored_bytes")
        )
        keys = [key for key, _user, _size in found]
        now = timezone.now()
        for some in _batches(keys):
            UserImage.objects.filter(pk__in=some).update(deleted_at=now, updated_at=now)
        sizes = _sizes_by_user(found)
        for user_id, freed in sizes.items():
            _keep_small(user_id, sum(freed))
        for user_id, freed in sizes.items():
            quotas.give_back(user_id, sum(freed), len(freed))
        record_all(Action.DELETED, _named(found))
    return keys


def _keep_small(user_id, deleted):
    """What somebody put away takes no more than their plan gives (or than they put away at once):
    whoever uploads and deletes in turn would fill the disk. The oldest go for good, but for those
    that are being brought back: whoever holds one may wait for what is held here."""
    away = UserImage.objects.filter(user_id=user_id, deleted_at__isnull=False)
    room = max(deleted, StorageQuota.objects.of(user_id).storage_limit)
    if (away.aggregate(bytes=Sum("stored_bytes"))["bytes"] or 0) <= room:
        return
    beyond = []
    for key, size in away.order_by("-deleted_at", "pk").values_list("pk", "stored_bytes"):
        room -= size
        if room < 0:
            beyond.append(key)
    for some in _batches(beyond):
        free = away.filter(pk__in=some).select_for_update(skip_locked=True, of=("self",))
        away.filter(pk__in=list(free.values_list("pk", flat=True))).delete()


def restore_images(images):
    """Bring back images that were deleted a moment ago. Returns how many; QuotaExceeded when
    their room was taken meanwhile."""
    with transaction.atomic():
        found = images.filter(deleted_at__gt=timezone.now() - undo_time())
        rows = list(
            found.select_for_update().order_by("pk").values_list("pk", "user", "stored_bytes")
        )
        for user_id, sizes in _sizes_by_user(rows).items():
            quotas.take(user_id, sum(sizes), len(sizes))
        for some in _batches([key for key, _user, _size in rows]):
            UserImage.objects.filter(pk__in=some).update(deleted_at=None, updated_at=timezone.now())
        record_all(Action.RESTORED, _named(rows))
        if rows:
            transaction.on_commit(wake_workers, robust=True)
    return len(rows)


def _sizes_by_user(rows):
    """{owner's key: [bytes]} of [(key, owner's key, bytes)], in the order in which quotas are
    locked."""
    sizes = {user: [] for user in sorted({user for _key, user, _size in rows})}
    for _key, user, size in rows:
        sizes[user].append(size)
    return sizes


def _named(rows):
    """What the audit log needs of [(key, owner's key, …)]."""
    return [UserImage(pk=key, user_id=user) for key, user, *_more in rows]


def erase_images(images):
    """Delete images for good and at once; their blobs follow after commit. Returns how many."""
    with transaction.atomic():
        delete_images(images.filter(deleted_at=None))
        _all, counts = images.delete()
    return counts.get(UserImage._meta.label, 0)


def undo_time():
    return timedelta(seconds=settings.UNDO_SECONDS)


def _batches(keys):
    return (keys[first : first + BATCH] for first in range(0, len(keys), BATCH))


def retry_image(image, *, engine=None):
    """Queue an image once more, with another engine if one is named. One that waits already
    stays where it is. Returns the image as it is now."""
    with transaction.atomic():
        row = UserImage.objects.select_for_update().get(pk=image.pk, deleted_at=None)
        if row.waits:
            return row
        row.run += bool(row.processed)  # the result that is there stays until there is another
        row.engine_asked = engine or row.engine_asked
        row.status, row.error, row.attempts = UserImage.Status.QUEUED, "", 0
        row.due_at = timezone.now()
        row.request_id = request_id() or None
        row.save(
            update_fields=[
                "request_id",
                "run",
                "engine_asked",
                "status",
                "error",
                "attempts",
                "due_at",
                "updated_at",
            ]
        )
        transaction.on_commit(wake_workers, robust=True)
    return row
