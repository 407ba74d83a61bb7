"""Which day a picture shows, and who says so."""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Cast, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from imaging.models import StoredImage

EARLIEST = date(1900, 1, 1)


def validate_captured_on(day):
    if not EARLIEST <= day <= timezone.localdate():
        raise ValidationError(_("A picture was taken between 1900 and today."), code="invalid_date")


def validate_after_birth(day, patient):
    """Raises ValidationError for a day on which there was nothing of the patient to see."""
    if day and patient.birth_date and day < patient.birth_date:
        raise ValidationError(_("The patient was not born on that day."), code="invalid_date")


class ShownDay(models.DateField):
    """`shown_date` in a column, for an index to be in its order; written with the row."""

    def pre_save(self, image, add):
        setattr(image, self.attname, image.shown_date)
        return image.shown_date


class DatedImage(StoredImage):
    """A picture whose day a clinician may set by hand, beside what the file says of itself."""

    captured_on = models.DateField(
        _("day it was taken"),
        null=True,
        blank=True,
        validators=[validate_captured_on],
        help_text=_("Where the file does not say it, or is wrong."),
    )

    # The day it was added where another version of the program writes the row.
    shown_on = ShownDay(editable=False, db_default=Cast(Now(), models.DateField()))

    class Meta(StoredImage.Meta):
        abstract = True

    def save(self, *args, update_fields=None, **kwargs):
        if update_fields is not None and {"captured_on", "created_at"} & set(update_fields):
            update_fields = {*update_fields, "shown_on"}
        super().save(*args, update_fields=update_fields, **kwargs)

    def clean(self):
        super().clean()
        if self.captured_on:
            try:
                validate_after_birth(self.captured_on, self.consultation.patient)
            except ValidationError as error:
                raise ValidationError({"captured_on": error}) from error

    @property
    def dated_by(self):
        """Where `shown_date` comes from: "hand", "camera", "file", or "upload" where nobody says
        when it was taken. A picture from the future was taken by a clock that is wrong."""
        if self.captured_on:
            return "hand"
        taken, added = self.captured_clock, timezone.localtime(self.created_at).date()
        if taken is None or taken.date() > added + timedelta(days=1):
            return "upload"
        return "camera" if self.captured_source == "original" else "file"

    @property
    def shown_date(self):
        """The day under a tile: as set by hand; or when it was taken, where it was taken; or,
        unknown, when it was added."""
        by = self.dated_by
        if by == "hand":
            return self.captured_on
        if by == "upload":
            return timezone.localtime(self.created_at).date()
        return self.captured_clock.date()
