"""A lesion's outline proposed in the API: measured as it is, or refused."""

import pytest
from PIL import Image

from imaging.geometry import REFUSALS
from tools import phantoms
from tools.phantoms import places

pytestmark = pytest.mark.usefixtures("geometry_engine")


def url(image, part=""):
    return f"/api/v1/consultations/images/{image.pk}/measurements{part}"


def test_proposed_outline_is_measured_within_its_margin(api, doctor, patient, stored):
    drawn = places.Place(3).visit(0, size=(480, 360), lesion=phantoms.Lesion(3, "naevus", 5.0))
    image = stored(drawn.picture)
    answer = api(doctor).post(url(image, "/outline"))
    assert answer.status_code == 200, answer.data
    told = answer.json()
    assert 12 <= len(told["outline"]["points"]) <= 36
    assert 0 < told["belief"] <= 1
    assert told["refused"] is None
    assert not image.measurements.exists(), "it is a proposal"
    kept = api(doctor).post(url(image), told["outline"], format="json").json()
    truth = drawn.area_mm2 * drawn.scale**2
    assert kept["value"] == pytest.approx(truth, rel=0.15)
    area = kept["figures"]["area"]
    assert abs(area["pixels"] - truth) < area["pixels_margin"] < truth / 2
    assert api(patient).post(url(image, "/outline")).status_code == 403


def test_bare_skin_has_no_outline(api, doctor, stored):
    answer = api(doctor).post(url(stored(Image.new("RGB", (320, 240), "#d2aa96")), "/outline"))
    told = answer.json()
    assert (answer.status_code, told["outline"], told["belief"]) == (200, None, None)
    assert (told["refused"], told["detail"]) == ("no_outline", REFUSALS["no_outline"])
