from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.models import Kind
from audit.subjects import audited

from .managers import UserManager


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
    date_joined = models.DateTimeField(_("date joined"), default=timezone.now, editable=False)

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
        return self.full_name or self.email

    def clean(self):
        self.email = self.email.lower()
        super().clean()

    def save(self, *args, **kwargs):
        self.email = self.email.lower()
        super().save(*args, **kwargs)

    def get_full_name(self):
        return self.full_name

    def get_short_name(self):
        return self.full_name or self.email

    @property
    def is_doctor(self):
        return self.is_active and self.role == self.Role.DOCTOR
