"""The API builds image representations by hand, for speed: they must equal the declared fields."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.urls import get_script_prefix, set_script_prefix
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.serializers import ModelSerializer
from rest_framework.test import APIRequestFactory

from consultations.models import ConsultationImage
from consultations.serializers import ImageSerializer

pytestmark = pytest.mark.alike
TAKEN = datetime(2026, 7, 14, 9, 42, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"captured_at": TAKEN, "captured_offset": 345},
        {"captured_at": TAKEN, "captured_offset": 0},
        {"captured_at": TAKEN, "captured_offset": None},
        {"captured_at": TAKEN, "captured_from": "file", "captured_on": TAKEN.date()},
        {"sharpness": None, "exposure": 0.3, "camera_model": "Apple"},
        {"sharpness": 0.001, "exposure": -0.3, "is_primary": True},
        {"original_filename": "Été & « plaie » 100%?.JPG", "description": "<b>é</b>\u2028"},
        {"created_at": TAKEN, "updated_at": TAKEN.replace(microsecond=120)},
    ],
)
@pytest.mark.parametrize("zone", ["Europe/Paris", "UTC"])
@pytest.mark.parametrize("prefix", ["/", "/derma/"])
def test_handwritten_representation_equals_the_declared_one(image, changes, zone, prefix):
    ConsultationImage.objects.filter(pk=image.pk).update(**changes)
    request = Request(APIRequestFactory().get("/"))
    old_prefix = get_script_prefix()
    set_script_prefix(prefix)
    try:
        with time_machine.travel(TAKEN, tick=False), timezone.override(zone):
            for row in (image, ConsultationImage.objects.get()):
                serializer = ImageSerializer(row, context={"request": request})
                declared = ModelSerializer.to_representation(serializer, row)
                assert JSONRenderer().render(serializer.data) == JSONRenderer().render(declared)
    finally:
        set_script_prefix(old_prefix)


def test_list_items_equal_the_single_representation(api, doctor, image, consultation):
    with time_machine.travel(TAKEN, tick=False):
        listed = api(doctor).get(f"/api/v1/consultations/{consultation.pk}/images").json()
        single = api(doctor).get(f"/api/v1/consultations/images/{image.pk}").json()
    assert listed["images"] == [single]
