"""The day that a picture is shown under, and where that day comes from."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from imaging.models import StoredImage

from .dates import Born, is_as_stored

EARLIEST = date(1900, 1, 1)
FIRST_ZONE_OFFSET, DAY_WORLDWIDE = timedelta(hours=14), timedelta(hours=50)  # UTC+14 to UTC−12


CAPTURED_ON_MESSAGE = _("The date must be between 1900 and today.")


def validate_captured_on(day: date) -> None:
    """Raises ValidationError for a day before EARLIEST or in the future."""
    if not EARLIEST <= day <= timezone.localdate():
        raise ValidationError(CAPTURED_ON_MESSAGE, code="invalid_date")


def validate_after_birth(day: date | None, patient: Born) -> None:
    """Raises ValidationError for a day before the patient's birth."""
    if day and patient.birth_date and day < patient.birth_date:
        raise ValidationError(_("The patient was not born yet on that day."), code="invalid_date")


class TimelineKey(models.DateTimeField):
    """`timeline_key_of` an image as a column that an index can order by; set on every save."""

    def pre_save(self, image: Any, add: bool) -> datetime:
        key = timeline_key_of(image.shown_date, image.moment)
        setattr(image, self.attname, key)
        return key


def timeline_key_of(day: date, moment: datetime | None) -> datetime:
    """The sort key of an image: the day it is shown under, and within the day the moment (None:
    its beginning). Worldwide a day lasts 50 hours, from the first time zone to the last; they are
    scaled to the 24 of the key, so that no time zone or clock change reverses the order."""
    begins = datetime.combine(day, time(), UTC)
    since = moment - begins + FIRST_ZONE_OFFSET if moment else timedelta()
    share = min(max(since / DAY_WORLDWIDE, 0), 1)
    return begins + share * timedelta(hours=23, minutes=59)


class DatedImage(StoredImage):
    """A picture whose day a clinician may set by hand, overriding what its file says."""

    captured_on = models.DateField(
        _("date taken"),
        null=True,
        blank=True,
        validators=[validate_captured_on],
        # Django has a message of its own for that code.
        error_messages={"invalid_date": CAPTURED_ON_MESSAGE},
        help_text=_("If the file does not say, or is wrong."),
    )

    # The default serves an older version of the program that writes rows during an upgrade.
    timeline_key = TimelineKey(editable=False, db_default=Now())

    consultation: Any  # the subclass's foreign key

    class Meta(StoredImage.Meta):
        abstract = True

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        if update_fields is not None and {"captured_on", "created_at"} & set(update_fields):
            update_fields = {*update_fields, "timeline_key"}
        super().save(*args, update_fields=update_fields, **kwargs)

    def clean(self) -> None:
        super().clean()
        if self.captured_on and not is_as_stored(self, "captured_on"):  # it may stay as it was
            try:
                validate_after_birth(self.captured_on, self.consultation.patient)
            except ValidationError as error:
                raise ValidationError({"captured_on": error}) from error

    @property
    def date_and_source(self) -> tuple[date, str]:
        """(`shown_date`, `dated_by`), for callers that need both."""
        if self.captured_on:
            return self.captured_on, "hand"
        taken, added = self.captured_clock, timezone.localtime(self.created_at).date()
        if taken is None or taken.date() > added + timedelta(days=1):
            return added, "upload"
        return taken.date(), "camera" if self.captured_source == "original" else "file"

    @property
    def dated_by(self) -> str:
        """Where `shown_date` comes from: "hand", "camera", "file", or "upload" where it is unknown
        when the picture was taken. A date in the future means that the camera's clock is wrong."""
        return self.date_and_source[1]

    @property
    def shown_date(self) -> date:
        """The day under a tile: the one set by hand; else when it was taken, by the camera's own
        clock; else, if that is unknown, when it was added."""
        return self.date_and_source[0]

    @property
    def moment(self) -> datetime | None:
        """The time of `shown_date` if known, else None: a day set by hand has no time, unless it is
        the day of the camera's own timestamp."""
        if self.dated_by == "upload":
            return self.created_at
        clock = self.captured_clock
        return self.captured_at if clock and clock.date() == self.shown_date else None
