"""Who did what to which image, when and from where: rows that are only ever added.

Nothing here references another table: an event outlives the user and the image that it names. It
contains no name, e-mail address or file name.
"""

import json
from typing import Any, cast

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

HASH = 64  # characters


class Action(models.TextChoices):
    LISTED = "listed", _("Viewed the list of images")
    VIEWED = "viewed", _("Viewed")
    DOWNLOADED = "downloaded", _("Downloaded")
    ZIPPED = "zipped", _("Downloaded as a ZIP")
    CREATED = "created", _("Created")
    UPLOADED = "uploaded", pgettext_lazy("audit", "Added")
    CHANGED = "changed", _("Changed")
    DELETED = "deleted", _("Deleted")
    RESTORED = "restored", _("Restored")
    ERASED = "erased", _("Deleted for good")
    MOVED_AWAY = "moved_away", _("Moved to another consultation")
    MOVED_HERE = "moved_here", _("Moved here from another consultation")
    COPIED = "copied", _("Copied to their gallery")
    ATTACHED = "attached", _("Attached to a consultation")
    SHARED = "shared", _("Shared by link")
    OPENED = "opened", _("Opened through a link")
    WRONG_PASSWORD = "wrong_password", _("Wrong password for a link")
    REVOKED = "revoked", _("Revoked the link")
    LOGIN = "login", _("Logged in")
    LOGIN_FAILED = "login_failed", _("Login failed")
    LOGOUT = "logout", _("Logged out")
    TOKEN = "token", _("Obtained an API token")
    REFRESHED = "refreshed", _("Renewed an API token")
    PASSWORD = "password", _("Changed the password")
    FACTOR_ON = "factor_on", _("Turned on two-factor authentication")
    FACTOR_OFF = "factor_off", _("Turned off two-factor authentication")
    CODES_RENEWED = "codes_renewed", _("Created new recovery codes")
    CODE_USED = "code_used", _("Used a recovery code")
    CODE_FAILED = "code_failed", _("Wrong two-factor authentication code")


class Kind(models.TextChoices):
    """The kinds of subjects. Other models of the admin are recorded under their own name."""

    CONSULTATION_IMAGE = "consultation_image", _("Consultation image")
    GALLERY_IMAGE = "gallery_image", _("Gallery image")
    SHARE = "share", _("Link")
    CONSULTATION = "consultation", _("Consultation")
    PATIENT = "patient", _("Patient")
    LESION = "lesion", _("Lesion")
    COMPARISON = "comparison", _("Comparison")
    USER = "user", _("Account")
    QUOTA = "quota", _("Plan")


class AppendOnlyError(TypeError):
    """An attempt to change or delete an event."""


class EventFacts(models.Model):
    """The facts of one event. Ids are plain numbers: of users, except for `patient_id`."""

    FACTS = (
        "moment",
        "actor_id",
        "actor_role",
        "action",
        "kind",
        "key",
        "patient_id",
        "doctor_id",
        "owner_id",
        "address",
        "request_id",
        "detail",
    )

    moment = models.DateTimeField(_("when"), default=timezone.now)
    actor_id = models.BigIntegerField(_("who"), null=True)
    # At that time: doctor, patient, staff; "system" for a command or worker; "" if unknown.
    actor_role = models.CharField(_("role"), max_length=10, blank=True)
    action = models.CharField(_("what"), max_length=20, choices=Action)
    kind = models.CharField(_("kind"), max_length=40, blank=True)
    key = models.CharField(_("key"), max_length=40, blank=True)
    patient_id = models.BigIntegerField(_("patient"), null=True)
    doctor_id = models.BigIntegerField(_("doctor"), null=True)
    owner_id = models.BigIntegerField(_("owner"), null=True)
    address = models.CharField(_("IP address"), max_length=45, blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    detail = models.JSONField(_("detail"), default=dict, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.pk} {self.action}"

    @property
    def kind_label(self) -> str:
        return str(Kind(self.kind).label) if self.kind in Kind else self.kind

    def facts(self) -> dict[str, Any]:
        """{name: value} of all facts."""
        return {name: getattr(self, name) for name in self.FACTS}


class EventQuerySet(models.QuerySet):
    """Reads only. `audit.chain` writes, bypassing this class."""

    def _refuse(self, *args: Any, **kwargs: Any) -> Any:
        raise AppendOnlyError("the audit log is only ever added to, by audit.chain")

    update = delete = create = bulk_create = bulk_update = get_or_create = update_or_create = (
        _refuse
    )
    _refuse.queryset_only = True  # type: ignore[attr-defined]


class Event(EventFacts):
    """One link of the chain (audit.chain): `hash` covers its facts, number and `previous`."""

    id = models.BigIntegerField(_("number"), primary_key=True)  # from 1, without gaps
    previous = models.CharField(max_length=HASH)
    hash = models.CharField(max_length=HASH)
    key_id = models.CharField(max_length=8, null=True)  # which key made the hash (core.keys)

    who: Any  # the actor's user or None; set by audit.reading.with_actors
    subject: Any  # audit.subjects.Subject or None; set by audit.subjects.name_subjects

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("audit log")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["kind", "key", "-id"], name="event_by_subject"),
            models.Index(fields=["patient_id", "-id"], name="event_by_patient"),
            models.Index(fields=["doctor_id", "-id"], name="event_by_doctor"),
            models.Index(fields=["owner_id", "-id"], name="event_by_owner"),
            models.Index(fields=["actor_id", "-id"], name="event_by_actor"),
            models.Index(fields=["moment"], name="event_by_moment"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        raise AppendOnlyError("events are made by audit.trail.record")

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise AppendOnlyError("events are not deleted")


class PendingEvent(EventFacts):
    """An event on its way into the chain: written in the transaction of the recorded action, so
    that either both exist or neither, and moved into the chain after the commit. The event of a
    page view, which has nothing to roll back, need not be saved here."""

    class Meta:
        db_table = "audit_waiting"
        verbose_name = _("waiting event")
        verbose_name_plural = _("waiting events")

    def normalize(self) -> None:
        """Give the facts the form that the database would return, which is what the hash covers."""
        for name in self.FACTS:
            field = cast(models.Field, self._meta.get_field(name))
            setattr(self, name, field.to_python(getattr(self, name)))
        self.detail = json.loads(json.dumps(self.detail))


class ChainHead(models.Model):
    """The single row that says where the chain ends (`last`, `hash`) and up to which event it was
    pruned (`pruned_through`, `pruned_hash`). `seal` is a keyed hash of these."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    last = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=HASH, default="0" * HASH)
    pruned_through = models.BigIntegerField(default=0, db_column="floor")
    pruned_hash = models.CharField(max_length=HASH, default="0" * HASH, db_column="floor_hash")
    seal = models.CharField(max_length=HASH)

    class Meta:
        db_table = "audit_head"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="head_is_one_row")]

    def __str__(self) -> str:
        return f"{self.last}:{self.hash}"
