"""The people and records that tests use, and a few helpers."""

import io
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
from PIL import ExifTags, Image
from rest_framework.test import APIClient

from accounts.models import Authenticator, User
from accounts.second_factor import services as second_factor
from consultations import services
from consultations.models import Consultation, Lesion, Patient
from gallery.services.images import submit_image
from imaging import geometry
from tools import phantoms

from .processing_cache import cache_processing
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
    """May log in to the admin, without any permission."""
    return make_user("staff@example.org", full_name="Sam Staff", role="staff", is_staff=True)


@pytest.fixture
def factor():
    """`factor(user)`: switch the second factor on, as of a minute ago, so that the current code is
    unused. Returns its secret (see testing.totp), recovery codes and device."""

    def enrol(user):
        with time_machine.travel(timezone.now() - timedelta(minutes=1)):
            unconfirmed = Authenticator.create_unconfirmed(user)
            secret = unconfirmed.secret
            device, codes = second_factor.switch_on(user, unconfirmed.pk, code_of(secret))
        return SimpleNamespace(secret=secret, codes=codes, device=device)

    return enrol


@pytest.fixture
def late_november():
    """It is 29 November 2026, 10 o'clock in Paris, and time stands still."""
    with time_machine.travel("2026-11-29T10:00:00+01:00", tick=False):
        yield


@pytest.fixture
def stranger():
    """Not signed in."""
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
    with cache_processing():
        stored, _created = services.add_image(
            consultation=consultation, user=doctor, upload=upload(), image_type="macro"
        )
    return stored


@pytest.fixture
def lesion(record):
    """On the patient's left forearm."""
    return Lesion.objects.create(
        patient=record, label="L1", body_site="70559009", laterality="left", notes="for doctors"
    )


@pytest.fixture
def user_image(doctor):
    """In the doctor's gallery, waiting for a worker."""
    with cache_processing():
        queued, _created = submit_image(user=doctor, upload=upload(), title="Nævus dos")
    return queued


@pytest.fixture
def stored(consultation, doctor, cached_processing):
    """`stored(picture)`: an image of the consultation that shows a drawn picture."""

    def store(picture):
        file = upload(data=phantoms.encode(picture, "JPEG"))
        return services.add_image(consultation=consultation, user=doctor, upload=file)[0]

    return store


@pytest.fixture(scope="module")
def geometry_engine():
    """Ends the process that compares and measures after a file's tests."""
    yield
    geometry.close()


@cache
def drawn(seed=1, size=(320, 240)):
    """A lesion on skin, as a Pillow image that must not be modified."""
    return phantoms.macro(seed, size=size, lesion=phantoms.Lesion(seed))


@cache
def photograph(format="JPEG", seed=1, size=(320, 240), **exif):
    """The bytes of a drawn photograph (tools.phantoms), the same on every call."""
    return phantoms.encode(drawn(seed, size), format, **exif)


def selfie(seed=1):
    """The bytes of a photograph whose lens says that it is a phone's front camera's."""
    block, file = Image.Exif(), io.BytesIO()
    lens = "iPhone 15 Pro front TrueDepth camera 2.69mm f/1.9"
    block.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.LensModel] = lens
    drawn(seed).save(file, "JPEG", exif=block)
    return file.getvalue()


def upload(name="IMG_4821.JPG", data=None, **options):
    return SimpleUploadedFile(name, photograph(**options) if data is None else data)


@pytest.fixture
def api():
    """`api(user)`: an API client signed in as `user`, or not signed in."""

    def client_for(user=None):
        client = APIClient()
        if user is not None:
            client.force_authenticate(user)
        return client

    return client_for


@pytest.fixture
def count_queries():
    """`count_queries(action)`: the number of database queries that `action()` runs."""

    def count(action):
        with CaptureQueriesContext(connection) as queries:
            action()
        return len(queries)

    return count


def blobs():
    """Every blob in storage, as {(container, name)}."""
    return {(c, name) for c in settings.CONTAINERS for name, _ in storages[c].blobs()}


@pytest.fixture(autouse=True)
def empty_storage():
    """Tests share no blobs, caches or rate limits."""
    django_cache.clear()
    yield
    shutil.rmtree(Path(settings.DERMAAI_DATA) / "media", ignore_errors=True)
