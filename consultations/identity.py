"""What tells a patient from a namesake: age, file number, initials."""

import unicodedata
from datetime import date
from typing import Any, Protocol

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.templatetags.dates import short_day


class PatientIdentity(Protocol):
    """What is read of a patient here: the model imports this module, so it cannot be imported."""

    @property
    def pk(self) -> Any: ...

    @property
    def full_name(self) -> str: ...

    @property
    def birth_date(self) -> date | None: ...

    @property
    def file_number(self) -> str: ...


WEEKS_FROM, MONTHS_FROM, YEARS_FROM = 14, 3, 24  # days; months; months


def whole_months(birth_date: date, day: date) -> int:
    """How many months old somebody is on a day: the last is whole when its day has come."""
    months = (day.year - birth_date.year) * 12 + day.month - birth_date.month
    return months - (day.day < birth_date.day)


def age(birth_date: date | None) -> str:
    """In words, as a clinician would say it: days, weeks, months, and years from two on. "" for a
    date that is unknown or in the future."""
    today = timezone.localdate()
    if not birth_date or birth_date > today:
        return ""
    days = (today - birth_date).days
    months = whole_months(birth_date, today)
    if days == 0:
        return _("born today")
    if days < WEEKS_FROM:
        number, text = days, ngettext("%(age)s day old", "%(age)s days old", days)
    elif months < MONTHS_FROM:
        number = days // 7
        text = ngettext("%(age)s week old", "%(age)s weeks old", number)
    elif months < YEARS_FROM:
        number, text = months, ngettext("%(age)s month old", "%(age)s months old", months)
    else:
        number = months // 12
        text = ngettext("%(age)s year old", "%(age)s years old", number)
    return text % {"age": number}


def birth_and_age(patient: PatientIdentity) -> str:
    """The date of birth and the age, or ""."""
    if not patient.birth_date:
        return ""
    day, years = short_day(patient.birth_date), age(patient.birth_date)
    return f"{day} ({years})" if years else day


def record_number(patient: PatientIdentity) -> str:
    """The practice's file number, or else our record number: unique to each patient."""
    if patient.file_number:
        return _("file %(number)s") % {"number": patient.file_number}
    return _("record %(number)s") % {"number": patient.pk}


def normalize_file_number(text: str) -> str:
    """A file number in characters of a keyboard, without invisible ones, so that two that look the
    same are equal."""
    plain = unicodedata.normalize("NFKC", text)
    kinds = ((c, unicodedata.category(c)) for c in plain)
    plain = "".join("-" if kind == "Pd" or c == "−" else c for c, kind in kinds if kind != "Cf")
    return " ".join(plain.split())


def initials(patient: PatientIdentity) -> str:
    """Of the first and the last name, in capitals."""
    names = patient.full_name.split()
    return "".join(word[0] for word in (names[:1] + names[-1:])[: len(names)]).upper()


def label(patient: PatientIdentity) -> str:
    """The patient in one line of plain text, for menus and the admin."""
    birth_date = patient.birth_date and short_day(patient.birth_date)
    parts = [patient.full_name, birth_date, record_number(patient) if patient.pk else None]
    return " · ".join(part for part in parts if part)
