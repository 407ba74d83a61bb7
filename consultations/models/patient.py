from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.models import Kind
from audit.subjects import audited
from core.folding import fold
from core.search import MAX_QUERY, MAX_WORDS, search_key, with_joined_words, with_words

from .. import identity
from ..dates import NO_BIRTH, check_birth, typed_day, validate_birth_date
from .access import PatientAccess

SEARCH_KEY = 400  # characters: a ligature of a whole phrase is written out


class PatientQuerySet(PatientAccess):
    def find(self, words):
        """`search`, and where it finds nobody, wherever the name has blanks and hyphens."""
        found = self.search(words)
        return found if not words or found.exists() else self.search(words, joined=True)

    def search(self, words, *, joined=False):
        """Every word in the name or the file number, in any order, accents and case aside; a
        word that is a date, the day of birth. `joined`: wherever the name has blanks and hyphens,
        for when nothing was found."""
        found, rest = self, []
        for word in words[:MAX_QUERY].split()[:MAX_WORDS]:
            if born := typed_day(fold(word).strip(",;")):  # or a file number that looks like one
                key = search_key(word)
                found = found.filter(Q(birth_date=born) | Q(search_key__contains=key))
            else:
                rest.append(word)
        return (with_joined_words if joined else with_words)(found, " ".join(rest))


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
        error_messages={"invalid_date": NO_BIRTH},  # Django has one of its own for that code
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
        help_text=_("Most patients never log in; the one who does sees their own record."),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("created by")
    )
    search_key = models.CharField(max_length=SEARCH_KEY, editable=False)
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

    def __str__(self):
        return identity.label(self)

    def clean_fields(self, exclude=None):
        self.file_number = identity.plain_number(self.file_number)  # before it must be unique
        super().clean_fields(exclude)

    def save(self, *args, update_fields=None, **kwargs):
        self.file_number = identity.plain_number(self.file_number)
        self.search_key = search_key(self.full_name, self.file_number)[:SEARCH_KEY]
        if update_fields is not None and {"full_name", "file_number"} & set(update_fields):
            update_fields = {*update_fields, "search_key"}
        super().save(*args, update_fields=update_fields, **kwargs)

    def clean(self):
        check_birth(self)

    age = property(lambda self: identity.age(self.birth_date))
    born = property(identity.born)
    number = property(identity.number)
    initials = property(identity.initials)
