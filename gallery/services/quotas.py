"""Room for images, reserved before bytes are stored: concurrent uploads never exceed a quota.

`storage_used` and `image_count` are always the sums over live images and reservations: images and
reservations change only in a transaction that also changes the quota. Locks are taken in one order,
images before quota. `reconcile` compares the sums with the rows.
"""

from functools import partial

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core import metrics
from core.context import request_id
from core.errors import ServiceError

from ..models import Reservation, StorageQuota, UserImage
from ..notices import warn_owner


class QuotaExceeded(ServiceError):
    """No room for one more image of this size."""

    code = "quota_exceeded"
    status = 403
    detail = _("Your gallery is full. Delete images, or ask the practice for more room.")


class AlreadyStored(Exception):
    """The first upload with this idempotency key has become `image`: a repeat needs no room."""

    def __init__(self, image: UserImage) -> None:
        self.image = image
        super().__init__(str(image.pk))


def check(user: User, size: int) -> None:
    """Raises QuotaExceeded if there is no room now; only `reserve` makes sure that there is."""
    StorageQuota.objects.of(user.pk)
    if not StorageQuota.objects.filter(user=user).with_room(size).exists():
        raise QuotaExceeded


def reserve(user: User, size: int, idempotency_key: str | None = None) -> Reservation:
    """Reserve room for one image of `size` bytes. Raises QuotaExceeded, or AlreadyStored.

    A repeat of an upload in progress, or of one whose process was killed, uses the reservation of
    the first: one key is one image, and whichever request stores it uses the room. AlreadyStored
    means that the first was stored since the caller looked.
    """
    with transaction.atomic():
        if idempotency_key:
            StorageQuota.objects.of(user.pk)
            # The lock makes repeats run one after the other.
            StorageQuota.objects.select_for_update().get(user=user)
            earlier = reservations_with_key(user, idempotency_key).filter(size=size).first()
            if earlier:
                earlier.joined = True
                return earlier
            # In this order: a reservation becomes an image in one transaction, never the reverse.
            image = UserImage.objects.filter(user=user, idempotency_key=idempotency_key).first()
            if image:
                raise AlreadyStored(image)
        take(user.pk, size)
        return Reservation.objects.create(
            user=user, size=size, idempotency_key=idempotency_key or None
        )


def reservations_with_key(user: User, idempotency_key: str) -> QuerySet[Reservation]:
    """The reservations of uploads in progress with this idempotency key."""
    return Reservation.objects.filter(user=user, idempotency_key=idempotency_key)


def take(user_id: int, size: int, images: int = 1) -> None:
    """Take room for `size` bytes and so many images, in the caller's transaction. Raises
    QuotaExceeded."""
    StorageQuota.objects.of(user_id)
    quotas = StorageQuota.objects.filter(user_id=user_id).with_room(size, images)
    updated = quotas.update(
        storage_used=F("storage_used") + size, image_count=F("image_count") + images
    )
    if not updated:
        raise QuotaExceeded


def confirm(reservation: Reservation) -> None:
    """Replace a reservation by its image, which the caller's transaction has just stored."""
    if not Reservation.objects.filter(pk=reservation.pk).delete()[0]:
        # The upload took over an hour, and reconcile released it.
        take(reservation.user_id, reservation.size)
    warn_if_due(reservation.user_id)


def release(reservation: Reservation) -> None:
    """Give back the room of a failed upload; a joined reservation stays with the first request."""
    if reservation.joined:
        return
    with transaction.atomic():
        if Reservation.objects.filter(pk=reservation.pk).delete()[0]:
            give_back(reservation.user_id, reservation.size)


def change_size(user_id: int, size: int) -> None:
    """A stored image has grown by `size` bytes (negative: shrunk). There is no limit here: an
    accepted image is always finished, even if its cut-out exceeds the quota."""
    used = Greatest(F("storage_used") + size, 0)
    StorageQuota.objects.filter(user_id=user_id).update(storage_used=used)


def give_back(user_id: int, size: int, images: int = 1) -> None:
    """The reverse of `take`."""
    StorageQuota.objects.filter(user_id=user_id).update(
        storage_used=Greatest(F("storage_used") - size, 0),
        image_count=Greatest(F("image_count") - images, 0),
    )


def warn_if_due(user_id: int) -> None:
    """E-mail the owner at 80 % and at 95 %, once each until use falls below RESET_BELOW."""
    quota = StorageQuota.objects.of(user_id)
    if quota.level == quota.warned:
        return
    if quota.level < quota.warned:
        if quota.percent < StorageQuota.RESET_BELOW:
            StorageQuota.objects.filter(pk=quota.pk).update(warned=0)
        return
    # Only the request that raises the level sends the mail.
    if StorageQuota.objects.filter(pk=quota.pk, warned__lt=quota.level).update(warned=quota.level):
        metrics.QUOTA_ALERTS.labels(quota.level).inc()
        transaction.on_commit(
            partial(warn_owner.enqueue, quota.pk, quota.level, request_id=request_id()), robust=True
        )
