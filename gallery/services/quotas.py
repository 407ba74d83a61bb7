"""Room: reserved before bytes are stored, so that uploads at once never take more than there is.

`storage_used` and `image_count` are at every moment the sum over live images and reservations:
each change of either happens in the transaction that changes the quota. Locks are taken in one
order, images before quota. `reconcile` holds the sums against the rows.
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
    """Raises QuotaExceeded where it is plain already; only `reserve` is sure."""
    StorageQuota.objects.of(user.pk)
    if not StorageQuota.objects.filter(user=user).with_room(size).exists():
        raise QuotaExceeded


def reserve(user: User, size: int, idempotency_key: str | None = None) -> Reservation:
    """Room for one image of `size` bytes. Raises QuotaExceeded, or AlreadyStored.

    A repeat of an upload under way, or of one whose process was killed, uses the room of the first:
    one key is one image, and whichever of them stores it keeps the room. Where the first has been
    stored since the caller looked, new room would be taken from whoever it belongs to.
    """
    with transaction.atomic():
        if idempotency_key:
            StorageQuota.objects.of(user.pk)
            StorageQuota.objects.select_for_update().get(user=user)  # twins come in turn
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
    """The rooms that uploads under way with this key hold."""
    return Reservation.objects.filter(user=user, idempotency_key=idempotency_key)


def take(user_id: int, size: int, images: int = 1) -> None:
    """Room for so many more bytes and images, in the caller's transaction. Or QuotaExceeded."""
    StorageQuota.objects.of(user_id)
    quotas = StorageQuota.objects.filter(
        user_id=user_id, image_count__lte=F("image_limit") - images
    )
    updated = quotas.filter(storage_used__lte=F("storage_limit") - size).update(
        storage_used=F("storage_used") + size, image_count=F("image_count") + images
    )
    if not updated:
        raise QuotaExceeded


def confirm(reservation: Reservation) -> None:
    """The image that was reserved for is there, in the caller's transaction."""
    if not Reservation.objects.filter(pk=reservation.pk).delete()[0]:
        take(reservation.user_id, reservation.size)  # it took an hour, and reconcile gave up on it
    warn_if_due(reservation.user_id)


def release(reservation: Reservation) -> None:
    """The upload came to nothing. Whoever joined leaves the room to whose it is."""
    if reservation.joined:
        return
    with transaction.atomic():
        if Reservation.objects.filter(pk=reservation.pk).delete()[0]:
            give_back(reservation.user_id, reservation.size)


def change_size(user_id: int, size: int) -> None:
    """A stored image takes `size` bytes more, or less where negative: an image that was accepted
    is finished, even where its result passes the limit."""
    used = Greatest(F("storage_used") + size, 0)
    StorageQuota.objects.filter(user_id=user_id).update(storage_used=used)


def give_back(user_id: int, size: int, images: int = 1) -> None:
    StorageQuota.objects.filter(user_id=user_id).update(
        storage_used=Greatest(F("storage_used") - size, 0),
        image_count=Greatest(F("image_count") - images, 0),
    )


def warn_if_due(user_id: int) -> None:
    """Tell the owner by e-mail at 80 % and at 95 %, once each until there is room again."""
    quota = StorageQuota.objects.of(user_id)
    if quota.level == quota.warned:
        return
    if quota.level < quota.warned:
        if quota.percent < StorageQuota.RESET_BELOW:
            StorageQuota.objects.filter(pk=quota.pk).update(warned=0)
        return
    # Whoever raises the level tells; the others find it raised.
    if StorageQuota.objects.filter(pk=quota.pk, warned__lt=quota.level).update(warned=quota.level):
        metrics.QUOTA_ALERTS.labels(quota.level).inc()
        transaction.on_commit(
            partial(warn_owner.enqueue, quota.pk, quota.level, request_id=request_id()), robust=True
        )
