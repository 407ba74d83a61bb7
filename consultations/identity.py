"""How a patient is told from a namesake, and how old somebody is."""

import unicodedata

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

WEEKS_FROM, MONTHS_FROM, YEARS_FROM = 14, 3, 24  # days; months; months


def age(born):
    """In words, as a clinician says it: days, then weeks, months, and years from two on. Of nobody
    who is not born yet, ""."""
    today = timezone.localdate()
    if not born or born > today:
        return ""
    days = (today - born).days
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
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


def born(patient):
    """The day of birth and the age, or ""."""
    if not patient.birth_date:
        return ""
    day, years = date_format(patient.birth_date, "SHORT_DATE_FORMAT"), age(patient.birth_date)
    return f"{day} ({years})" if years else day


def number(patient):
    """The practice's number, or ours: no two patients have the same, whatever else they share."""
    if patient.file_number:
        return _("file %(number)s") % {"number": patient.file_number}
    return _("record %(number)s") % {"number": patient.pk}


def plain_number(text):
    """A file number in the signs of a keyboard, without what nobody sees: two that look the same
    are one."""
    plain = unicodedata.normalize("NFKC", text)
    kinds = ((c, unicodedata.category(c)) for c in plain)
    plain = "".join("-" if kind == "Pd" or c == "−" else c for c, kind in kinds if kind != "Cf")
    return " ".join(plain.split())


def initials(patient):
    words = patient.full_name.split()
    return "".join(word[0] for word in (words[:1] + words[-1:])[: len(words)]).upper()


def label(patient):
    """On one line of plain text: for menus, and for the admin."""
    born = patient.birth_date and date_format(patient.birth_date, "SHORT_DATE_FORMAT")
    told = [patient.full_name, born, number(patient) if patient.pk else None]
    return " · ".join(part for part in told if part)
