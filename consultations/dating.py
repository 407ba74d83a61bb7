"""Which day a picture shows, and who says so."""

from datetime import UTC, date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Now
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


class ShownMoment(models.DateTimeField):
    """`shown_moment` in a column, for an index to be in its order; written with the row."""

    def pre_save(self, image, add):
        setattr(image, self.attname, image.shown_moment)
        return image.shown_moment


class DatedImage(StoredImage):
    """A picture whose day a clinician may set by hand, beside what the file says of itself."""

    captured_on = models.DateField(
        _("day it was taken"),
        null=True,
        blank=True,
        validators=[validate_captured_on],
        help_text=_("Where the file does not say it, or is wrong."),
    )

    # The default is for another version of the program that writes a row.
    shown_at = ShownMoment(editable=False, db_default=Now())

    class Meta(StoredImage.Meta):
        abstract = True

    def save(self, *args, update_fields=None, **kwargs):
        if update_fields is not None and {"captured_on", "created_at"} & set(update_fields):
            update_fields = {*update_fields, "shown_at"}
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
        return self.shown_moment.date()

    @property
    def shown_moment(self):
        """That day with the time of the same clock, midnight where a hand set it. In UTC whatever
        its zone: what clocks showed is what is put in order."""
        by = self.dated_by
        if by == "hand":
            clock = datetime.combine(self.captured_on, time())
        elif by == "upload":
            clock = timezone.localtime(self.created_at)
        else:
            clock = self.captured_clock
        return clock.replace(tzinfo=UTC)
