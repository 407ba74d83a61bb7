import re

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

# Control characters, and what turns the direction of writing: a name with it would turn the rest of
# the line in which somebody else reads it, the audit log's too.
UNSAFE_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
SEARCH_KEY_LENGTH = 800  # characters: a ligature of a whole phrase is written out


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
    is_staff = models.BooleanField(_("may enter the admin"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    # Since when; sessions and tokens are bound to it. Switched by accounts.second_factor.services.
    second_factor_since = models.DateTimeField(_("second factor since"), null=True, editable=False)
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

    def __str__(self):
        """For the admin, where two may have one name. Pages use get_short_name."""
        return " · ".join(part for part in (self.full_name, self.email) if part)

    def clean(self):
        self.email = self.email.lower()
        self.full_name = UNSAFE_CHARACTERS.sub("", self.full_name)
        super().clean()

    def save(self, *args, update_fields=None, **kwargs):
        self.email = self.email.lower()
        self.search_key = search_key(self.full_name, self.email)[:SEARCH_KEY_LENGTH]
        if update_fields is not None and {"full_name", "email"} & set(update_fields):
            update_fields = {*update_fields, "search_key"}
        # Django's own note that set_password was called; a hash that is only made anew has none.
        changed = self._password is not None and not self._state.adding
        super().save(*args, update_fields=update_fields, **kwargs)
        if changed:
            record(Action.PASSWORD, self)

    def get_session_auth_hash(self):
        return super().get_session_auth_hash() + self.second_factor_stamp

    def get_session_auth_fallback_hash(self):
        for former in super().get_session_auth_fallback_hash():
            yield former + self.second_factor_stamp

    @property
    def second_factor_stamp(self):
        """What sessions and tokens carry, so that they end when the factor is switched on or off;
        "" without one."""
        return self.second_factor_since.isoformat() if self.second_factor_since else ""

    @property
    def lacks_second_factor(self):
        return self.second_factor_since is None and requires_second_factor(self)

    def get_full_name(self):
        return self.full_name

    def get_short_name(self):
        return self.full_name or self.email

    @property
    def is_doctor(self):
        return self.is_active and self.role == self.Role.DOCTOR
