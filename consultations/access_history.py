"""Who saw a photograph: the audit log's events about it, and about the lists and ZIPs it was in."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from audit import reading
from audit.models import Action, Event, Kind
from audit.subjects import Subject
from core.templatetags.dates import short_day
from imaging import storage

from .models import Consultation, ConsultationImage, Patient

ARRIVED = (Action.RESTORED, Action.MOVED_HERE)
LEFT = (Action.DELETED, Action.MOVED_AWAY)


class _Stay(NamedTuple):
    """A time in which an image was in a consultation, and not in the bin; keys."""

    consultation: int
    patient: int
    since: datetime
    until: datetime | None


def events_of(image: ConsultationImage, reader: User) -> Iterator[QuerySet[Event]]:
    """Querysets of the events about one image, for `audit.reading.page`. Its doctor reads all of
    them; anybody else those of the record that it is in now: an image may have been filed under
    another patient, whose name is nobody's business."""
    events = Event.objects.filter(kind=Kind.CONSULTATION_IMAGE, key=str(image.pk))
    stays = [*_stays(image, events)]
    if reader.pk != image.doctor_id:
        events = events.filter(patient_id=image.patient_id)
        stays = [stay for stay in stays if stay.patient == image.patient_id]
    yield events
    for stay in stays:
        span = stay.since, stay.until
        yield reading.bulk_events(Kind.CONSULTATION, stay.consultation, *span)
        # A patient's page shows each doctor only their own photographs.
        lists = reading.bulk_events(Kind.PATIENT, stay.patient, *span)
        yield lists.filter(Q(actor_id=image.doctor_id) | Q(actor_role="patient"))


def _stays(image: ConsultationImage, events: QuerySet[Event]) -> Iterator[_Stay]:
    """Where it was, the latest stay first: whoever was shown a list meanwhile was shown it, too."""
    place, patient, until = image.consultation_id, image.patient_id, None
    for event in events.filter(action__in=(*ARRIVED, *LEFT)).order_by("-id"):
        if event.action in LEFT:
            until, patient = event.moment, event.patient_id or patient
            continue
        yield _Stay(place, patient, event.moment, until)
        if event.action == Action.MOVED_HERE:
            place = event.detail["from"]
    yield _Stay(place, patient, image.created_at, until)


def events_of_account(user: User) -> Iterator[QuerySet[Event]]:
    """The same for every photograph that somebody took, every one of them, and their gallery."""
    patient_id = Patient.objects.filter(user_id=user.pk).values_list("pk", flat=True).first()
    return reading.account_events(user, patient_id)


def _person(patient: Patient) -> str:
    """For their doctor, who may have another patient of the same name."""
    born = f" ({short_day(patient.birth_date)})" if patient.birth_date else ""
    return patient.full_name + born


def images_named(keys: Iterable[str], user: User) -> dict[str, Subject]:
    """For `audit.subjects.describe`: photographs, by what they show."""
    images = ConsultationImage.objects.visible_to(user).select_related("patient").in_bulk(keys)
    link = storage.url_signer("thumbnails")
    return {
        str(key): Subject(
            image.label,
            reverse("image_detail", args=[key]),
            _person(image.patient) if image.doctor_id == user.pk else "",
            link(str(image.thumbnail.name)),
        )
        for key, image in images.items()
    }


def consultations_named(keys: Iterable[str], user: User) -> dict[str, Subject]:
    """The same for consultations, by their day."""
    rows = Consultation.objects.visible_to(user).select_related("patient").in_bulk(keys)
    return {
        str(key): Subject(
            _("Consultation on %(day)s") % {"day": short_day(visit.date)},
            reverse("consultation_detail", args=[key]),
            _person(visit.patient) if visit.doctor_id == user.pk else "",
        )
        for key, visit in rows.items()
    }


def patients_named(keys: Iterable[str], user: User) -> dict[str, Subject]:
    """The same for patients' pages."""
    rows = Patient.objects.visible_to(user).in_bulk(keys)
    return {
        str(key): Subject(
            _("Your record") if patient.user_id == user.pk else _("Patient record"),
            reverse("patient_detail", args=[key]),
            "" if patient.user_id == user.pk else _person(patient),
        )
        for key, patient in rows.items()
    }
