"""A scale proposed by a ruler's marks in the API: found, accepted, refused."""

import json

import numpy as np
import pytest
from PIL import Image

from imaging import geometry
from testing.cast import drawn

PERIOD = 8.0  # px
ALONG = [[30, 215], [290, 215]]


pytestmark = pytest.mark.usefixtures("geometry_engine")


def with_ruler(picture):
    """The picture, on whose lower edge lies a ruler with a mark every PERIOD px."""
    pixels = np.array(picture)
    ruler = pixels[-40:]
    ruler[:] = 235
    across = np.arange(ruler.shape[1]) % PERIOD < 1.5
    ruler[:, across] = 40
    return Image.fromarray(pixels)


@pytest.fixture
def ruled(stored):
    return stored(with_ruler(drawn()))


@pytest.fixture
def ask(api, doctor, ruled):
    def post(points, user=doctor, image=ruled):
        path = f"/api/v1/consultations/images/{image.pk}/scale/ticks"
        return api(user).post(path, json.dumps({"points": points}), content_type="application/json")

    return post


def refusal(answer):
    (error,) = answer.json()["errors"]
    return answer.status_code, error["code"], error["attr"]


def test_marks_are_found_and_accepted_as_a_scale(api, ask, doctor, ruled):
    answer = ask(ALONG)
    assert answer.status_code == 200, answer.data
    ticks, scale = answer.json()["ticks"], answer.json()["scale"]
    assert ticks["period"] == pytest.approx(PERIOD, rel=0.01)
    assert ticks["count"] > 20
    assert scale["millimetres"] == pytest.approx(260 / PERIOD, rel=0.01)
    assert not ruled.scales.exists(), "it is a proposal"

    path = f"/api/v1/consultations/images/{ruled.pk}/scale"
    assert answer.json()["refused"] is None
    half = scale | {"millimetres": scale["millimetres"] / 2}  # a mark every half millimetre
    kept = api(doctor).post(path, half, format="json").json()
    assert (kept["method"], kept["mm_per_px"]) == ("ticks", pytest.approx(0.5 / PERIOD, rel=0.01))
    of_marks = ticks["uncertainty"] / 2 / ticks["period"]
    least = 2**0.5 * 0.5 / 260  # nobody places a point better than that
    assert kept["uncertainty"] == pytest.approx(max(of_marks, least), rel=0.01)


def test_skin_impossible_lines_and_others_are_refused(ask, image, other_doctor, patient):
    told = ask([[20, 40], [300, 45]]).json()
    assert (told["ticks"], told["scale"], told["refused"]) == (None, None, "no_ticks")
    assert told["detail"] == geometry.REFUSALS["no_ticks"]
    assert refusal(ask(ALONG[:1])) == (400, "too_few_points", "points")
    assert refusal(ask([[0, 0], [900, 0]])) == (400, "outside_picture", "points")
    assert refusal(ask([ALONG[0]] * 2)) == (400, "scale_too_short", "points")
    assert refusal(ask([[0, 0], ["x", 0]])) == (400, "not_a_number", "points")
    assert ask(ALONG, other_doctor).status_code == 404
    assert ask(ALONG, patient).status_code == 403
