"""Dates that people type, and the range that each must lie in."""

from datetime import date, timedelta
from typing import Any, Protocol

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.templatetags.dates import short_day

Day = date  # under a name of its own: a visit has a `date`
EARLIEST_BIRTH = date(1880, 1, 1)
EARLIEST_VISIT = date(1900, 1, 1)  # where the date of birth is unknown


class Born(Protocol):
    """What the checks read of a patient. The models import this module, so it cannot name them."""

    @property
    def pk(self) -> Any: ...

    @property
    def birth_date(self) -> date | None: ...

    @property
    def consultations(self) -> Any: ...  # a related manager


class Visit(Protocol):
    """What `check_visit` reads of a consultation."""

    @property
    def pk(self) -> Any: ...

    @property
    def date(self) -> Day: ...

    @property
    def patient(self) -> Born: ...

    @property
    def patient_id(self) -> int: ...


BIRTH_DATE_MESSAGE = _("The date of birth must be in the past.")


def validate_birth_date(day: date) -> None:
    """Raises ValidationError for a day before EARLIEST_BIRTH or in the future."""
    if not EARLIEST_BIRTH <= day <= timezone.localdate():
        raise ValidationError(BIRTH_DATE_MESSAGE, code="invalid_date")


def check_visit(consultation: Visit) -> None:
    """Raises ValidationError for a visit before its patient's birth, or further ahead than
    VISIT_DAYS_AHEAD. A date that is already stored may stay, so that the notes can be edited."""
    day, patient = consultation.date, consultation.patient_id and consultation.patient
    text = day and _visit_date_error(day, patient.birth_date if patient else None)
    if text and not is_as_stored(consultation, "date", "patient_id"):
        raise ValidationError({"date": ValidationError(text, code="invalid_date")})


def check_review(visit: date | None, review: date | None) -> None:
    """Raises ValidationError where a patient is to be seen again on a day that is not after the
    visit."""
    if visit and review and review <= visit:
        text = _("This must be after the consultation.")
        raise ValidationError({"review_on": ValidationError(text, code="invalid_date")})


class Followed(Protocol):
    """What `check_lesion` reads of a lesion."""

    @property
    def pk(self) -> Any: ...

    @property
    def first_seen(self) -> date | None: ...

    @property
    def next_review(self) -> date | None: ...

    @property
    def patient(self) -> Born: ...

    @property
    def patient_id(self) -> int: ...


def check_lesion(lesion: Followed) -> None:
    """Raises ValidationError for a lesion first seen before its patient's birth or in the future,
    or to be seen again on a day that is not after that. What is already stored may stay."""
    seen, review = lesion.first_seen, lesion.next_review
    if seen and not is_as_stored(lesion, "first_seen"):
        born = lesion.patient.birth_date if lesion.patient_id else None
        if not (born or EARLIEST_VISIT) <= seen <= timezone.localdate():
            text = _("This must be between the patient's birth and today.")
            raise ValidationError({"first_seen": ValidationError(text, code="invalid_date")})
    if seen and review and review <= seen and not is_as_stored(lesion, "first_seen", "next_review"):
        text = _("This must be after the lesion was first seen.")
        raise ValidationError({"next_review": ValidationError(text, code="invalid_date")})


def visit_days(birth_date: date | None) -> tuple[date, date]:
    """(first, last) day that a visit may have; `birth_date` is the patient's, None if unknown."""
    today = timezone.localdate()
    ahead = min(max(settings.VISIT_DAYS_AHEAD, 0), (date.max - today).days)
    return birth_date or EARLIEST_VISIT, today + timedelta(days=ahead)


def _visit_date_error(day: date, birth_date: date | None) -> str | None:
    first, last = visit_days(birth_date)
    if day < first and birth_date:
        text, bound = _("This is before the patient's birth (%(day)s)."), birth_date
    elif day < first:
        text, bound = _("A visit cannot be before %(day)s."), EARLIEST_VISIT
    elif day > last:
        text, bound = _("A visit cannot be after %(day)s."), last
    else:
        return None
    return text % {"day": short_day(bound)}


def check_birth(patient: Born) -> None:
    """Raises ValidationError where the patient has a visit or a dated picture from before their
    birth. The message does not say which: the reader may not be its doctor."""
    if not (patient.pk and patient.birth_date):
        return
    before = patient.consultations.filter(date__lt=patient.birth_date)
    if before.exists() and not is_as_stored(patient, "birth_date"):
        text = _("This patient has a consultation before this day.")
        raise ValidationError({"birth_date": ValidationError(text, code="invalid_date")})
    before = patient.consultations.filter(images__captured_on__lt=patient.birth_date)
    if before.exists() and not is_as_stored(patient, "birth_date"):
        text = _("This patient has a picture dated by hand before this day.")
        raise ValidationError({"birth_date": ValidationError(text, code="invalid_date")})


def is_as_stored(row: Any, *fields: str) -> bool:
    """Whether the database already holds these values. One query: ask only before refusing them."""
    values = {field: getattr(row, field) for field in fields}
    return bool(row.pk) and type(row).objects.filter(pk=row.pk, **values).exists()
