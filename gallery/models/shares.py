"""Links to a cut-out, which open it for anybody who has them until they expire."""

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
        """Links to the user's own images."""
        own = self.filter(image__user_id=user.pk, image__deleted_at__isnull=True)
        return own if user.is_active else self.none()

    editable_by = visible_to

    def unspent(self) -> Self:
        """Links with views left."""
        return self.filter(Q(view_limit__isnull=True) | Q(views__lt=F("view_limit")))

    def unexpired(self) -> Self:
        """Links that are neither revoked nor expired, and whose image exists and has a cut-out."""
        return self.filter(
            revoked_at__isnull=True,
            expires_at__gt=Now(),
            image__deleted_at__isnull=True,
            image__user__is_active=True,
        ).exclude(image__cutout="")  # during a retry the former cut-out is shown

    def alive(self) -> Self:
        """Links that would open now."""
        return self.unexpired().unspent()

    def alive_at(self, moment: datetime) -> Self:
        """Links that would have opened at `moment`: one is used up with its last view."""
        unspent = Q(view_limit__isnull=True) | Q(views__lt=F("view_limit"))
        return self.filter(
            Q(revoked_at__isnull=True) | Q(revoked_at__gt=moment),
            unspent | Q(last_used_at__gt=moment),
            expires_at__gt=moment,
            image__deleted_at__isnull=True,
            image__user__is_active=True,
        ).exclude(image__cutout="")


class Share(models.Model):
    """One link. Its token is shown once; only its SHA-256 is stored."""

    id = models.UUIDField(primary_key=True, default=storage.new_id, editable=False)
    image = models.ForeignKey(
        UserImage, models.CASCADE, related_name="shares", verbose_name=_("image")
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    password = models.CharField(_("password"), max_length=128, blank=True, editable=False)
    view_limit = models.PositiveIntegerField(_("view limit"), null=True, blank=True)
    with_original = models.BooleanField(
        _("shows the original too"), default=False, db_default=False, editable=False
    )
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
