"""Who saw a photograph: the audit log's events about it, and about the lists and ZIPs it was in."""

from collections.abc import Iterator

from django.db.models import Q, QuerySet

from accounts.models import User
from audit import reading
from audit.models import Event, Kind

from .models import ConsultationImage, Patient


def events_of(image: ConsultationImage) -> Iterator[QuerySet[Event]]:
    """Querysets of the events about one image, for `audit.reading.page`."""
    yield from reading.image_events(
        Kind.CONSULTATION_IMAGE,
        image.pk,
        image.created_at,
        within=[(Kind.CONSULTATION, image.consultation_id)],
    )
    # A patient's page shows each doctor only their own photographs.
    lists = reading.bulk_events(Kind.PATIENT, image.patient_id, image.created_at)
    yield lists.filter(Q(actor_id=image.doctor_id) | Q(actor_role="patient"))


def events_of_account(user: User) -> Iterator[QuerySet[Event]]:
    """The same for every photograph that somebody took, every one of them, and their gallery."""
    patient_id = Patient.objects.filter(user_id=user.pk).values_list("pk", flat=True).first()
    return reading.account_events(user, patient_id)


def name_subjects(events: list[Event], user: User) -> None:
    """Set each event's `subject`: what the reader calls the photograph (with the patient's name,
    for a doctor), or "" for what they may not see or is gone."""
    keys = {event.key for event in events if event.kind == Kind.CONSULTATION_IMAGE}
    images = ConsultationImage.objects.visible_to(user).select_related("patient")
    found = {str(key): image for key, image in images.in_bulk(keys).items()}
    for event in events:
        image = found.get(event.key) if event.kind == Kind.CONSULTATION_IMAGE else None
        event.subject = _name(image, user) if image else ""


def _name(image: ConsultationImage, user: User) -> str:
    patient = image.patient.full_name if image.doctor_id == user.pk else ""
    return ", ".join(filter(None, [patient, image.get_image_type_display(), image.site_label]))
