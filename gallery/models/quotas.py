"""How much a user may store and how much they do store: exact under concurrent uploads."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.translation import gettext_lazy as _

from audit.models import Kind
from audit.subjects import audited

GIB = 2**30


class Plan(models.TextChoices):
    FREE = "free", _("Free")
    PRO = "pro", _("Pro")
    CLINIC = "clinic", _("Clinic")

    @property
    def limits(self) -> tuple[int, int]:
        """The plan's (bytes, images)."""
        return {"free": (GIB, 100), "pro": (50 * GIB, 10_000), "clinic": (2048 * GIB, 1_000_000)}[
            self.value
        ]


class StorageQuotaQuerySet(models.QuerySet["StorageQuota"]):
    def of(self, user_id: int) -> "StorageQuota":
        """The quota of this user, created if there is none yet."""
        return self.get_or_create(user_id=user_id)[0]

    def at_level(self, level: int) -> Self:
        """Quotas whose nearer limit is used to `level` per cent or more (`percent`)."""

        def reached(used: str, limit: str) -> Q:
            # Not in integers, which PostgreSQL would let overflow.
            return Q(GreaterThanOrEqual(F(used) * 100.0, F(limit) * float(level)))

        return self.filter(
            reached("storage_used", "storage_limit") | reached("image_count", "image_limit")
        )

    def with_room(self, size: int, images: int = 1) -> Self:
        """Quotas with room for so many more images, of `size` bytes together."""
        return self.filter(
            storage_used__lte=F("storage_limit") - size,
            image_count__lte=F("image_limit") - images,
        )


class StorageQuota(models.Model):
    """The limits of a plan, and their use by stored images and by reservations."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        primary_key=True,
        related_name="storage_quota",
        verbose_name=_("owner"),
    )
    plan = models.CharField(_("plan"), max_length=10, choices=Plan, default=Plan.FREE)
    storage_limit = models.PositiveBigIntegerField(_("storage limit (bytes)"), default=GIB)
    storage_used = models.PositiveBigIntegerField(_("storage used (bytes)"), default=0)
    image_limit = models.PositiveIntegerField(_("image limit"), default=100)
    image_count = models.PositiveIntegerField(_("images"), default=0)
    served_at = models.DateTimeField(null=True, editable=False)  # by the queue, which is fair
    warned = models.PositiveSmallIntegerField(default=0, editable=False)  # per cent: 0, 80 or 95

    objects = StorageQuotaQuerySet.as_manager()
    audited = audited(Kind.QUOTA, owner_id="pk")

    # Per cent; below RESET_BELOW a new warning may be sent.
    WARNING_LEVELS, RESET_BELOW = (95, 80), 60

    class Meta:
        verbose_name = _("storage quota")
        verbose_name_plural = _("storage quotas")
        constraints = [
            models.CheckConstraint(condition=Q(warned__in=[0, 80, 95]), name="quota_warned_level"),
            models.CheckConstraint(
                condition=Q(storage_used__gte=0, image_count__gte=0), name="quota_used_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"

    @property
    def left(self) -> tuple[int, int]:
        """(bytes, images) that are free; none where a limit is reached or was lowered."""
        bytes_left = self.storage_limit - self.storage_used
        return max(0, bytes_left), max(0, self.image_limit - self.image_count)

    @property
    def percent(self) -> int:
        """Use of the nearer limit, in per cent, rounded down; it may exceed 100."""
        shares = [(self.storage_used, self.storage_limit), (self.image_count, self.image_limit)]
        return max(100 * used // limit if limit else 100 for used, limit in shares)

    @property
    def level(self) -> int:
        """The warning level reached: 0, 80 or 95."""
        return next((level for level in self.WARNING_LEVELS if self.percent >= level), 0)


class Reservation(models.Model):
    """Room kept for an upload in progress. If its process died, `reconcile` releases it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    size = models.PositiveBigIntegerField()
    idempotency_key = models.CharField(max_length=255, null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    joined = False  # in this request only: it uses the reservation of another request

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
