from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from audit.models import Kind
from audit.subjects import audited
from core.folding import fold
from core.search import MAX_QUERY, MAX_WORDS, search_key, with_joined_words, with_words
from imaging import keyset

from . import identity, triggers
from .dates import NO_BIRTH, check_birth, check_visit, typed_day, validate_birth_date
from .dating import DatedImage
from .ordering import AS_ADDED, IN_ORDER, INDEXES, descending
from .revisions import Revision  # noqa: F401  (a model of this app)
from .vocabulary import BODY_SITES, DermoscopicType, ImageType, Laterality, body_site_choices


class PatientQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A doctor's: those they created or hold a consultation with. And one's own record."""
        if not user.is_active:
            return self.none()
        own = Q(user_id=user.pk)
        if user.is_doctor:
            own |= Q(created_by_id=user.pk) | Exists(
                Consultation.objects.filter(patient=OuterRef("pk"), doctor_id=user.pk)
            )
        return self.filter(own)

    def editable_by(self, user):
        if not (user.is_active and user.is_doctor):
            return self.none()
        # A doctor who is also a patient here reads their own record and does not write it.
        return self.visible_to(user).filter(Q(user__isnull=True) | ~Q(user_id=user.pk))

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


class RecordQuerySet(models.QuerySet):
    """Rows of a doctor and a patient: consultations, and images, which have their consultation's.

    No join and no IN: with them PostgreSQL at times sorts all of a patient's images for one page.
    """

    def visible_to(self, user):
        if not user.is_active:
            return self.none()
        own = Q(
            patient_id=Subquery(Patient.objects.filter(user_id=user.pk).order_by().values("pk"))
        )
        if user.is_doctor:
            own |= Q(doctor_id=user.pk)
        return self.filter(own)

    def editable_by(self, user):
        doctor = user.is_active and user.is_doctor
        return self.filter(doctor_id=user.pk) if doctor else self.none()


class ConsultationQuerySet(RecordQuerySet):
    def with_images_count(self, most=None):
        images = ConsultationImage.objects.filter(consultation=OuterRef("pk")).order_by()
        return self.annotate(images_count=keyset.Count(images.values("pk")[:most]))


SEARCH_KEY = 400  # characters: a ligature of a whole phrase is written out


class ConsultationImageQuerySet(RecordQuerySet):
    def in_order(self):
        """Primary first, then by the day that each shows: the order of every grid and viewer."""
        return self.order_by(*descending(IN_ORDER))

    def as_added(self):
        """Primary first, then newest: the API's."""
        return self.order_by(*descending(AS_ADDED))


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
    number = property(identity.number)
    initials = property(identity.initials)


class Consultation(models.Model):
    class Status(models.TextChoices):
        IN_PROGRESS = "in_progress", _("In progress")
        FOLLOW_UP = "follow_up", _("To follow up")
        CLOSED = "closed", _("Closed")

    doctor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="consultations",
        limit_choices_to={"role": "doctor"},
        verbose_name=_("doctor"),
    )
    patient = models.ForeignKey(
        Patient, models.PROTECT, related_name="consultations", verbose_name=_("patient")
    )
    date = models.DateField(_("date"), default=timezone.localdate)
    reason = models.CharField(_("reason"), max_length=250, blank=True)
    diagnosis = models.CharField(_("diagnosis"), max_length=250, blank=True)
    notes = models.TextField(
        _("notes"), blank=True, help_text=_("For you: the patient does not see them.")
    )
    status = models.CharField(
        _("status"), max_length=20, choices=Status, default=Status.IN_PROGRESS
    )
    images_taken = models.BooleanField(_("images taken"), default=False, editable=False)
    created_at = models.DateTimeField(_("added"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = ConsultationQuerySet.as_manager()
    audited = audited(Kind.CONSULTATION, patient_id="patient_id", doctor_id="doctor_id")

    class Meta:
        verbose_name = _("consultation")
        verbose_name_plural = _("consultations")
        ordering = ["-date", "-pk"]
        indexes = [
            models.Index(fields=["doctor", "-date", "-id"], name="consultation_by_doctor"),
            models.Index(fields=["patient", "-date", "-id"], name="consultation_by_patient"),
        ]

    def __str__(self):
        return f"{self.patient} · {self.date}"

    def clean(self):
        check_visit(self)


_COPY = {"on_delete": models.DO_NOTHING, "related_name": "+", "db_index": False, "editable": False}


class ConsultationImage(DatedImage):
    consultation = models.ForeignKey(
        Consultation, models.CASCADE, related_name="images", verbose_name=_("consultation")
    )
    # The consultation's, again: what rules and orders a patient's images must stand in one row.
    # The database keeps them true (consultations/triggers.py), and the consultation protects them.
    patient = models.ForeignKey(Patient, **_COPY)
    doctor = models.ForeignKey(settings.AUTH_USER_MODEL, **_COPY)
    consultation_date = models.DateField(editable=False)
    image_type = models.CharField(
        _("type"), max_length=20, choices=ImageType, default=ImageType.OTHER
    )
    dermoscopic_type = models.CharField(
        _("dermoscopy mode"), max_length=30, choices=DermoscopicType, blank=True
    )
    body_location = models.CharField(_("location"), max_length=150, blank=True)
    body_site = models.CharField(
        _("body site"), max_length=20, choices=body_site_choices, blank=True
    )
    laterality = models.CharField(_("side"), max_length=10, choices=Laterality, blank=True)
    description = models.TextField(_("description"), max_length=2000, blank=True)
    is_primary = models.BooleanField(_("primary image"), default=False)

    objects = ConsultationImageQuerySet.as_manager()
    audited = audited(Kind.CONSULTATION_IMAGE, patient_id="patient_id", doctor_id="doctor_id")

    class Meta(DatedImage.Meta):
        verbose_name = _("consultation image")
        verbose_name_plural = _("consultation images")
        ordering = ["-created_at", "-pk"]
        indexes = INDEXES
        constraints = [
            *DatedImage.Meta.constraints,
            models.UniqueConstraint(
                fields=["consultation"],
                condition=Q(is_primary=True),
                name="consultationimage_one_primary",
            ),
            models.CheckConstraint(
                condition=Q(dermoscopic_type="") | Q(image_type=ImageType.DERMOSCOPY),
                name="consultationimage_dermoscopic_type_only_with_dermoscopy",
                violation_error_message=_("A dermoscopy mode goes only with dermoscopy."),
            ),
        ]

    mend = classmethod(triggers.mend)

    def save(self, *args, **kwargs):
        if self._state.adding:
            visit = self.consultation
            self.patient_id, self.doctor_id = visit.patient_id, visit.doctor_id
            self.consultation_date = visit.date
        super().save(*args, **kwargs)

    @property
    def site_label(self):
        """ "Forearm, front, left", "Nose", or the location as typed, or ""."""
        site = BODY_SITES.get(self.body_site)
        parts = [str(site.label)] if site else []
        if parts and self.laterality:
            parts.append(str(self.get_laterality_display()).lower())
        return ", ".join(parts) or self.body_location
