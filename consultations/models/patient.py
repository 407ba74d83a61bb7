from collections.abc import Collection, Iterable
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.models import Kind
from audit.subjects import audited
from core.folding import fold
from core.search import MAX_QUERY, MAX_WORDS, matching_joined_words, matching_words, search_key

from .. import identity
from ..dates import BIRTH_DATE_MESSAGE, check_birth, validate_birth_date
from ..typed_days import days_of, with_figures
from .access import PatientAccess

SEARCH_KEY_LENGTH = 400  # characters: a ligature of a whole phrase is written out


class PatientQuerySet(PatientAccess["Patient"]):
    def find(self, words: str) -> Self:
        """`search`; if that finds nobody, once more ignoring spaces and hyphens in names."""
        patients = self.search(words)
        return patients if not words or patients.exists() else self.search(words, joined=True)

    def search(self, words: str, *, joined: bool = False) -> Self:
        """Patients with every word in their name or file number, in any order, ignoring accents and
        case; a word that is a date matches the date of birth. `joined` ignores spaces and hyphens
        in names."""
        patients, other_words = self, []
        for word in with_figures(words[:MAX_QUERY]).split()[:MAX_WORDS]:
            if days := days_of(fold(word).strip(",;")):
                key = search_key(word)  # it may also be a file number that looks like a date
                born = Q(birth_date__in=days)
                patients = patients.filter(born | Q(search_key__contains=key))
            else:
                other_words.append(word)
        matching = matching_joined_words if joined else matching_words
        return matching(patients, " ".join(other_words))


class Patient(models.Model):
    class Sex(models.TextChoices):
        FEMALE = "F", _("Female")
        MALE = "M", _("Male")
        OTHER = "X", _("Other")

    class Phototype(models.IntegerChoices):
        I = 1, "I"  # noqa: E741
        II = 2, "II"
        III = 3, "III"
        IV = 4, "IV"
        V = 5, "V"
        VI = 6, "VI"

    full_name = models.CharField(_("full name"), max_length=150)
    birth_date = models.DateField(
        _("date of birth"),
        null=True,
        blank=True,
        validators=[validate_birth_date],
        # Django has a message of its own for that code.
        error_messages={"invalid_date": BIRTH_DATE_MESSAGE},
    )
    sex = models.CharField(_("sex"), max_length=1, choices=Sex, blank=True)
    file_number = models.CharField(
        _("file number"), max_length=40, blank=True, help_text=_("The practice's own.")
    )
    phototype = models.PositiveSmallIntegerField(
        _("phototype"), choices=Phototype, null=True, blank=True, help_text=_("Fitzpatrick scale.")
    )
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="patient_record",
        verbose_name=_("login"),
        help_text=_("Most patients never log in; those who do see their own record."),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("created by")
    )
    search_key = models.CharField(max_length=SEARCH_KEY_LENGTH, editable=False)
    created_at = models.DateTimeField(_("added"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = PatientQuerySet.as_manager()
    audited = audited(Kind.PATIENT, patient_id="pk")

    class Meta:
        verbose_name = _("patient")
        verbose_name_plural = _("patients")
        ordering = ["full_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["file_number"],
                condition=~Q(file_number=""),
                name="patient_file_number_unique",
                violation_error_message=_("Another patient has this file number."),
            ),
            models.CheckConstraint(
                condition=Q(phototype__isnull=True) | Q(phototype__range=(1, 6)),
                name="patient_phototype_1_to_6",
            ),
        ]

    def __str__(self) -> str:
        return identity.label(self)

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        # Before uniqueness is checked.
        self.file_number = identity.normalize_file_number(self.file_number)
        super().clean_fields(exclude)

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        self.file_number = identity.normalize_file_number(self.file_number)
        self.search_key = search_key(self.full_name, self.file_number)[:SEARCH_KEY_LENGTH]
        if update_fields is not None and {"full_name", "file_number"} & set(update_fields):
            update_fields = {*update_fields, "search_key"}
        super().save(*args, update_fields=update_fields, **kwargs)

    def clean(self) -> None:
        check_birth(self)

    age = property(lambda self: identity.age(self.birth_date))
    born = property(identity.birth_and_age)
    number = property(identity.record_number)
    initials = property(identity.initials)
