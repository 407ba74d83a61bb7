"""A link to one cut-out, for whoever holds it, that dies by itself."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from audit.models import Kind
from audit.subjects import audited
from consultations.models.access import Viewer
from imaging import storage

from .images import UserImage


class ShareQuerySet(models.QuerySet["Share"]):
    def visible_to(self, user: Viewer) -> Self:
        """Those of one's own images."""
        own = self.filter(image__user_id=user.pk, image__deleted_at__isnull=True)
        return own if user.is_active else self.none()

    editable_by = visible_to

    def unspent(self) -> Self:
        return self.filter(Q(view_limit__isnull=True) | Q(views__lt=F("view_limit")))

    def unexpired(self) -> Self:
        """Neither revoked nor expired, of an image that is there, with a cut-out to be seen."""
        return self.filter(
            revoked_at__isnull=True,
            expires_at__gt=Now(),
            image__deleted_at__isnull=True,
            image__user__is_active=True,
        ).exclude(image__cutout="")  # a former cut-out is shown until there is another

    def alive(self) -> Self:
        """Those that would open now."""
        return self.unexpired().unspent()

    def alive_at(self, moment: datetime) -> Self:
        """Those that would have opened then: a link is used up with the last view of it."""
        unspent = Q(view_limit__isnull=True) | Q(views__lt=F("view_limit"))
        return self.filter(
            Q(revoked_at__isnull=True) | Q(revoked_at__gt=moment),
            unspent | Q(last_used_at__gt=moment),
            expires_at__gt=moment,
            image__deleted_at__isnull=True,
            image__user__is_active=True,
        ).exclude(image__cutout="")


class Share(models.Model):
    """The token is told once and kept as its SHA-256 only."""

    id = models.UUIDField(primary_key=True, default=storage.new_id, editable=False)
    image = models.ForeignKey(
        UserImage, models.CASCADE, related_name="shares", verbose_name=_("image")
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    password = models.CharField(_("password"), max_length=128, blank=True, editable=False)
    view_limit = models.PositiveIntegerField(_("view limit"), null=True, blank=True)
    views = models.PositiveIntegerField(_("views"), default=0, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)
    wrong_passwords = models.PositiveSmallIntegerField(default=0, editable=False)
    locked_until = models.DateTimeField(null=True, editable=False)

    url: str  # no column: known when the link is made, and never again

    objects = ShareQuerySet.as_manager()
    audited = audited(Kind.SHARE, owner_id="image.user_id")

    class Meta:
        verbose_name = _("shared link")
        verbose_name_plural = _("shared links")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="share_expires_after_creation"
            ),
            models.CheckConstraint(
                condition=Q(view_limit__isnull=True)
                | Q(view_limit__gt=0, views__lte=F("view_limit")),
                name="share_views_within_limit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
