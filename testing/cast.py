"""The cast, and the little that every test uses."""

import shutil
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache as django_cache
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Authenticator, User
from accounts.second_factor import services as second_factor
from consultations import services
from consultations.models import Consultation, Patient
from gallery.services.images import submit_image
from tools import phantoms

from .once import once
from .totp import code_of

PASSWORD = "correct horse battery"


def make_user(email, **fields):
    return User.objects.create_user(email, PASSWORD, **fields)


@pytest.fixture
def doctor(db):
    return make_user("doctor@example.org", full_name="Dr Claire Rousseau", role="doctor")


@pytest.fixture
def other_doctor(db):
    return make_user("other.doctor@example.org", full_name="Dr Paul Meyer", role="doctor")


@pytest.fixture
def patient(db):
    return make_user("patient@example.org", full_name="Marie Lefèvre", role="patient")


@pytest.fixture
def other_patient(db):
    return make_user("other.patient@example.org", full_name="Jean Petit", role="patient")


@pytest.fixture
def staff(db):
    """In the admin's door, without a single permission."""
    return make_user("staff@example.org", full_name="Sam Staff", role="staff", is_staff=True)


@pytest.fixture
def factor():
    """`factor(user)`: a user who switched the second factor on a minute ago, so that this moment's
    code is good; its secret (testing.totp) and recovery codes."""

    def switch_on(user):
        with time_machine.travel(timezone.now() - timedelta(minutes=1)):
            drawn = Authenticator.create_unconfirmed(user)
            secret = drawn.secret
            device, codes = second_factor.switch_on(user, drawn.pk, code_of(secret))
        return SimpleNamespace(secret=secret, codes=codes, device=device)

    return switch_on


@pytest.fixture
def stranger():
    """Nobody who is signed in."""
    return None


@pytest.fixture
def record(doctor, patient):
    """The patient's record."""
    return Patient.objects.create(
        full_name="Marie Lefèvre",
        birth_date=date(1972, 3, 4),
        sex="F",
        file_number="20418",
        phototype=2,
        created_by=doctor,
        user=patient,
    )


@pytest.fixture
def consultation(doctor, record):
    return Consultation.objects.create(
        doctor=doctor, patient=record, date=date(2026, 11, 14), notes="for the doctor's eyes"
    )


@pytest.fixture
def image(consultation, doctor):
    with once():
        made, _created = services.add_image(
            consultation=consultation, user=doctor, upload=upload(), image_type="macro"
        )
    return made


@pytest.fixture
def user_image(doctor):
    """In the doctor's gallery, waiting for a worker."""
    with once():
        made, _created = submit_image(user=doctor, upload=upload(), title="Nævus dos")
    return made


@cache
def drawn(seed=1, size=(320, 240)):
    """A lesion on skin, as a Pillow image that is not to be changed."""
    return phantoms.macro(seed, size=size, lesion=phantoms.Lesion(seed))


@cache
def photograph(format="JPEG", seed=1, size=(320, 240), **exif):
    """The bytes of a drawn photograph (tools.phantoms), the same at every call."""
    return phantoms.encode(drawn(seed, size), format, **exif)


def upload(name="IMG_4821.JPG", data=None, **options):
    return SimpleUploadedFile(name, photograph(**options) if data is None else data)


@pytest.fixture
def api():
    """`api(user)`: a client of the API signed in as `user`, or as nobody."""

    def client(user=None):
        made = APIClient()
        if user is not None:
            made.force_authenticate(user)
        return made

    return client


@pytest.fixture
def questions():
    """`questions(act)`: how many the database is asked while `act()` runs."""

    def count(act):
        with CaptureQueriesContext(connection) as asked:
            act()
        return len(asked)

    return count


def blobs():
    """Every blob in storage, as {(container, name)}."""
    return {(c, name) for c in settings.CONTAINERS for name, _ in storages[c].blobs()}


@pytest.fixture(autouse=True)
def empty_storage():
    """No test sees another's blobs or counts against another's rate limits."""
    django_cache.clear()
    yield
    shutil.rmtree(Path(settings.DERMAAI_DATA) / "media", ignore_errors=True)
