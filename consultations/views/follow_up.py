"""Whom a doctor is to see again, for the home page."""

from datetime import date
from functools import cache
from typing import Any, NamedTuple

from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.templatetags.dates import short_day
from core.templatetags.filled import Filling

from ..models import Consultation, Lesion, Patient

MOST = 8


class _AnyDoctor(NamedTuple):
    """In whose place the doctor comes who asks."""

    pk: int = -1
    is_active: bool = True
    is_doctor: bool = True


class FollowUp(NamedTuple):
    """A row of the database."""

    consultation: int
    day: date
    reason: str
    review_on: date | None
    patient: int
    full_name: str
    birth_date: date | None
    file_number: str


def follow_ups(user: User) -> tuple[list[Filling], bool]:
    """(what is due first, as components/follow_up.html shows it; whether there are more). For an
    active doctor, of their own consultations."""
    statement, parameters = _statement(connection.vendor)
    own = [user.pk if value == _AnyDoctor().pk else value for value in parameters]
    with connection.cursor() as cursor:
        cursor.execute(statement, own)
        found = [FollowUp(*row) for row in cursor.fetchall()]
    return [_row(one) for one in found[:MOST]], len(found) > MOST


def overdue_lesions(user: User) -> list[Filling]:
    """Lesions that were to be seen again before today, of the records that the doctor edits, the
    longest overdue first; as components/follow_up.html shows them."""
    due = Lesion.objects.editable_by(user).overdue().select_related("patient")
    return [_lesion_row(one) for one in due.order_by("next_review", "pk")[:MOST]]


def _lesion_row(lesion: Lesion) -> Filling:
    patient = lesion.patient
    values = {
        "page": reverse("lesion_detail", args=[lesion.pk]),
        "day": _("Lesion"),
        "reason": str(lesion),
        "review_on": short_day(lesion.next_review),
        "full_name": patient.full_name,
        "number": patient.number,
        "born": patient.born,
    }
    return Filling({"birth_date": bool(patient.birth_date), "due": "overdue"}, values)


@cache
def _statement(vendor: str) -> tuple[str, tuple[Any, ...]]:
    """Composed once for each kind of database: Django takes ten times as long to compile it as the
    database to answer it."""
    due = Consultation.objects.editable_by(_AnyDoctor()).to_follow_up()
    columns = ("pk", "date", "reason", "review_on", "patient_id")
    patient = ("patient__full_name", "patient__birth_date", "patient__file_number")
    statement, parameters = due.values_list(*columns, *patient)[: MOST + 1].query.sql_with_params()
    return statement, tuple(parameters)


def _row(one: FollowUp) -> Filling:
    patient = Patient(one.patient, one.full_name, one.birth_date, file_number=one.file_number)
    overdue = one.review_on is not None and one.review_on < timezone.localdate()
    due = "overdue" if overdue else "planned" if one.review_on else ""
    values = {
        "page": reverse("consultation_detail", args=[one.consultation]),
        "day": short_day(one.day),
        "reason": one.reason or _("Consultation"),
        "review_on": short_day(one.review_on),
        "full_name": patient.full_name,
        "number": patient.number,
        "born": patient.born,
    }
    return Filling({"birth_date": bool(one.birth_date), "due": due}, values)
