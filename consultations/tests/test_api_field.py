"""A scale proposed by a dermatoscope's round field in the API: found, accepted, refused."""

import pytest

from audit import chain
from audit.models import Event
from consultations.models import Device
from imaging import geometry
from tools import phantoms

RADIUS = 0.485 * 300  # px, of what is drawn


pytestmark = pytest.mark.usefixtures("geometry_engine")


@pytest.fixture
def device():
    return Device.objects.create(name="Dermatoscope", field_mm=25, tolerance=2)


def url(image, part=""):
    return f"/api/v1/consultations/images/{image.pk}/scale{part}"


def test_field_is_found_and_accepted_as_a_scale(api, doctor, other_doctor, stored, device):
    lesion = phantoms.Lesion(3, "naevus", 5.0)
    image = stored(phantoms.dermoscopy(3, size=(400, 300), lesion=lesion))
    body = {"device": device.pk}
    told = api(doctor).post(url(image, "/field"), body, format="json").json()
    assert (told["refused"], told["detail"]) == (None, "")
    assert told["circle"]["radius"] == pytest.approx(RADIUS, rel=0.002)
    assert not image.scales.exists(), "it is a proposal"
    chain.flush_pending()
    seen = Event.objects.latest("pk")
    assert (seen.action, seen.detail["part"]) == ("viewed", "scale")

    kept = api(doctor).post(url(image), told["scale"], format="json").json()
    assert (kept["method"], kept["device"]["id"]) == ("field", device.pk)
    assert kept["mm_per_px"] == pytest.approx(25 / (2 * RADIUS), rel=0.002)
    assert 0.02 < kept["uncertainty"] < 0.03, "of the device, and a little of the edge"
    assert api(other_doctor).post(url(image, "/field"), body, format="json").status_code == 404


def test_skin_without_a_field_and_devices_out_of_use_are_refused(api, doctor, image, device):
    ask = api(doctor).post
    told = ask(url(image, "/field"), {"device": device.pk}, format="json").json()
    assert (told["circle"], told["scale"], told["refused"]) == (None, None, "no_field")
    assert told["detail"] == geometry.REFUSALS["no_field"]
    Device.objects.update(active=False)
    for key in (device.pk, 10**12, "x"):
        answer = ask(url(image, "/field"), {"device": key}, format="json")
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["attr"] == "device"


def test_devices_in_use_are_listed_by_name(api, doctor, device):
    Device.objects.create(name="Another", field_mm=20)
    Device.objects.create(name="Broken", field_mm=20, active=False)
    told = api(doctor).get("/api/v1/devices").json()
    assert [one["name"] for one in told] == ["Another", "Dermatoscope"]
    assert told[1] == {"id": device.pk, "name": "Dermatoscope", "field_mm": 25, "tolerance": 2}
