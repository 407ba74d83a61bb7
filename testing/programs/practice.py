"""A practice with one doctor and one patient that keeps uploading, and its row counts."""

import time
from datetime import date
from itertools import count
from pathlib import Path

from accounts.models import User
from consultations import services
from consultations.models import Consultation, ConsultationImage, Patient
from testing.cast import upload

PATIENCE = 240  # seconds


def create(password="x"):
    """The id of the consultation; the doctor is doctor@example.org."""
    doctor = User.objects.create_user("doctor@example.org", password, full_name="D", role="doctor")
    record = Patient.objects.create(full_name="Marie", created_by=doctor)
    visit = Consultation.objects.create(doctor=doctor, patient=record, date=date(2026, 11, 14))
    return visit.pk


def upload_until(stop):
    """Upload one image after the other, deleting one now and then, until the file `stop` exists."""
    consultation = Consultation.objects.get()
    for number in count():
        services.add_image(
            consultation=consultation,
            user=consultation.doctor,
            upload=upload(seed=number % 5),
            image_type="macro",
        )
        if number % 4 == 3 and number > 30:  # neither one of the first twelve nor a recent one
            ConsultationImage.objects.order_by("pk")[12].delete()
        if Path(stop).exists():
            break


def counts(images=0):
    """As soon as there are that many images; at the latest after PATIENCE."""
    deadline = time.monotonic() + PATIENCE
    while ConsultationImage.objects.count() < images and time.monotonic() < deadline:
        time.sleep(0.1)
    return {"images": ConsultationImage.objects.count(), "users": User.objects.count()}
