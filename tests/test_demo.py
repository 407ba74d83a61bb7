"""The demo record: never created on a server in use, with files like those of cameras."""

import pillow_heif
import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from accounts.models import User
from consultations.models import ConsultationImage
from tools.demo import record as demo
from tools.phantoms import LESION_KINDS


def test_demo_is_refused_without_debug(db, settings):
    settings.DEBUG = False
    with pytest.raises(CommandError):
        call_command("demo")
    assert not User.objects.exists()


def test_demo_is_refused_on_a_database_with_users(doctor, settings):
    settings.DEBUG = True
    with pytest.raises(CommandError):
        call_command("demo")
    call_command("demo", "--if-empty")
    assert User.objects.count() == 1


def test_demo_creates_users_and_camera_photographs(db, client):
    pillow_heif.register_heif_opener()
    person, visits = demo.RECORD[0]
    demo.make([(person, visits[-1:])], scale=0.25)
    assert set(User.objects.values_list("email", "role")) == {
        ("doctor@demo.example", "doctor"),
        ("patient@demo.example", "patient"),
        ("staff@demo.example", "staff"),
    }
    images = ConsultationImage.objects.all()
    assert len(images) == len(visits[-1].shots)
    for image in images:
        assert image.captured_at
        assert image.camera_model
        with image.original.open() as file:
            gps = Image.open(file).getexif().get_ifd(0x8825)
        assert bool(gps) == image.camera_model.startswith("Apple"), (
            "some have GPS, to show that it is stripped"
        )
    login = {"username": "patient@demo.example", "password": demo.PASSWORD}
    assert client.post("/accounts/login/", login)["Location"] == "/"


def test_demo_record_spans_a_year_and_every_kind_of_lesion():
    visits = [visit for _, visits in demo.RECORD for visit in visits]
    assert max(v.days_ago for v in visits) > 330
    assert {shot.lesion.kind for v in visits for shot in v.shots} == set(LESION_KINDS)
