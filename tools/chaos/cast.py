"""Who uploads: made through the application's own models, before the first fault."""

import json
import secrets
from dataclasses import dataclass

PASSWORD = secrets.token_hex(12)
NARROW = 10  # images that a narrow gallery has room for

MADE = """
import json
from django.core.management import call_command
for command in {commands}:
    call_command(*command, verbosity=0)
from accounts.models import User
from consultations.models import Consultation, Patient
from gallery.models import StorageQuota
people = []
for number in range({people}):
    narrow = number == {people} - 1
    email = f"doctor{{number}}@chaos.example"
    doctor = User.objects.create_user(email, {password!r}, role="doctor")
    patient = Patient.objects.create(full_name=f"Chaos {{number}}", created_by=doctor)
    consultation = Consultation.objects.create(doctor=doctor, patient=patient)
    StorageQuota.objects.create(
        user=doctor, storage_limit=2**40, image_limit={narrow} if narrow else 10**6
    )
    people.append([doctor.pk, email, consultation.pk, narrow])
print("\\n" + json.dumps(people))
"""


@dataclass(frozen=True)
class Person:
    """A doctor with one consultation. `narrow`: with room for NARROW images in the gallery."""

    id: int
    email: str
    consultation: int
    narrow: bool


def made(site, commands, people):
    """After these commands of manage.py: one process for all."""
    script = MADE.format(commands=commands, people=people, password=PASSWORD, narrow=NARROW)
    told = site.manage("shell", "-v0", "-c", script).strip().splitlines()[-1]
    return [Person(*one) for one in json.loads(told)]
