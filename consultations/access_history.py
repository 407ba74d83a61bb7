"""Who saw a photograph: what the audit log has of it, and of the lists and ZIPs that it was in."""

from django.db.models import Q

from audit import reading
from audit.models import Kind

from .models import Patient


def events_of(image):
    """Querysets for `audit.reading.page`."""
    yield from reading.image_events(
        Kind.CONSULTATION_IMAGE,
        image.pk,
        image.created_at,
        within=[(Kind.CONSULTATION, image.consultation_id)],
    )
    # A patient's page shows each doctor their own photographs only.
    listed = reading.bulk_events(Kind.PATIENT, image.patient_id, image.created_at)
    yield listed.filter(Q(actor_id=image.doctor_id) | Q(actor_role="patient"))


def events_about(user):
    """The same of every photograph of theirs, of them, and of their gallery."""
    record = Patient.objects.filter(user_id=user.pk).values_list("pk", flat=True).first()
    return reading.account_events(user, record)
