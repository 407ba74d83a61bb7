import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.models import Kind
from audit.subjects import audited
from audit.trail import Action, record
from core.search import search_key

from .managers import UserManager
from .second_factor.devices import Authenticator, RecoveryCodes  # noqa: F401  (models)
from .second_factor.rules import requires_second_factor

# Control characters and directional overrides: in a name, the latter would reverse the rest of the
# line wherever the name is displayed, for example in the audit log.
UNSAFE_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
SEARCH_KEY_LENGTH = 800  # folding can lengthen a name: a ligature may stand for a phrase


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody who logs in: a doctor, a patient with a login, or the practice's staff."""

    class Role(models.TextChoices):
        DOCTOR = "doctor", _("Doctor")
        PATIENT = "patient", _("Patient")
        STAFF = "staff", _("Staff")

    email = models.EmailField(_("e-mail"), unique=True)
    full_name = models.CharField(_("full name"), max_length=150)
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.PATIENT)
    language = models.CharField(
        _("language"),
        max_length=5,
        blank=True,
        choices=[("fr", "Français"), ("en", "English")],
    )
    is_staff = models.BooleanField(_("can access the admin"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    # Sessions and tokens are bound to it. Set by accounts.second_factor.services.
    second_factor_since = models.DateTimeField(
        _("two-factor authentication since"), null=True, editable=False
    )
    date_joined = models.DateTimeField(_("date joined"), default=timezone.now, editable=False)
    search_key = models.CharField(max_length=SEARCH_KEY_LENGTH, editable=False, db_default="")

    objects = UserManager()
    audited = audited(Kind.USER, owner_id="pk")

    USERNAME_FIELD = EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["email"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="user_email_is_lower_case"
            ),
        ]

    def __str__(self) -> str:
        """For the admin, where two users may share a name. Pages use get_short_name."""
        return " · ".join(part for part in (self.full_name, self.email) if part)

    def clean(self) -> None:
        self.email = self.email.lower()
        self.full_name = UNSAFE_CHARACTERS.sub("", self.full_name)
        super().clean()

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Keeps `search_key` in step, and records a changed password."""
        self.email = self.email.lower()
        self.search_key = search_key(self.full_name, self.email)[:SEARCH_KEY_LENGTH]
        if update_fields is not None and {"full_name", "email"} & set(update_fields):
            update_fields = {*update_fields, "search_key"}
        # Set by Django's set_password; not when a hash is only upgraded.
        changed = self._password is not None and not self._state.adding  # type: ignore[attr-defined]
        super().save(*args, update_fields=update_fields, **kwargs)
        if changed:
            record(Action.PASSWORD, self)

    def get_session_auth_hash(self) -> str:
        return super().get_session_auth_hash() + self.second_factor_stamp

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        for former in super().get_session_auth_fallback_hash():
            yield former + self.second_factor_stamp

    @property
    def second_factor_stamp(self) -> str:
        """What sessions and tokens carry, so that they end when the factor is switched on or off:
        an ISO 8601 time, or "" without a factor."""
        return self.second_factor_since.isoformat() if self.second_factor_since else ""

    @property
    def lacks_second_factor(self) -> bool:
        """Whether a second factor is required but not set up."""
        return self.second_factor_since is None and requires_second_factor(self)

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name or self.email

    @property
    def is_doctor(self) -> bool:
        """False for a closed account."""
        return self.is_active and self.role == self.Role.DOCTOR
