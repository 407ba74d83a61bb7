"""The machine's proposal of how two pictures lie to each other, by its own process."""

import numpy as np
import pytest

from consultations import services
from consultations.models import Consultation, ConsultationImage, Patient
from imaging import geometry
from testing.cast import upload
from tools import phantoms
from tools.phantoms import places

PATH = "/api/v1/comparisons/alignment"
TURN = 0.35  # rad


pytestmark = pytest.mark.usefixtures("geometry_engine")


@pytest.fixture
def drawn(stored):
    """One place of skin at two visits, turned; and another place."""
    place, mole = places.Place(3), phantoms.Lesion(3, "naevus", 5.0)
    look = {"size": (800, 600), "conditions": places.Conditions(kept=0.85, hair=1.0, stretch=0.01)}
    poses = (places.Pose(), places.Pose((3.0, -2.0), TURN, 1.15))
    pictures = [
        place.visit(seed, pose=pose, lesion=mole, **look) for seed, pose in enumerate(poses)
    ]
    pictures.append(places.Place(8).visit(2, lesion=phantoms.Lesion(8, "melanoma", 5.0), **look))
    return [stored(picture.picture) for picture in pictures]


def test_proposal_is_made_or_refused_and_nothing_is_written(api, doctor, drawn):
    first, second, stranger = drawn
    before = list(ConsultationImage.objects.order_by("pk").values())
    told = api(doctor).post(PATH, {"first": first.pk, "second": second.pk}, format="json").data
    assert (told["refused"], told["detail"]) == (None, "")
    assert told["belief"] > 0.5
    lying = told["transform"]
    assert np.arctan2(lying["b"], lying["a"]) == pytest.approx(TURN, abs=0.02)
    told = api(doctor).post(PATH, {"first": first.pk, "second": stranger.pk}, format="json").data
    assert told["transform"] is None
    assert told["belief"] is None
    assert told["refused"] in geometry.REFUSALS
    assert told["detail"] == geometry.REFUSALS[told["refused"]]
    assert list(ConsultationImage.objects.order_by("pk").values()) == before


def test_pictures_of_others_and_of_two_patients_are_refused(
    api, doctor, other_doctor, image, consultation
):
    somebody = Patient.objects.create(full_name="Jean Petit", created_by=doctor)
    visit = Consultation.objects.create(doctor=doctor, patient=somebody)
    other, _made = services.add_image(consultation=visit, user=doctor, upload=upload(seed=2))

    def codes(user, first, second):
        answer = api(user).post(PATH, {"first": first, "second": second}, format="json")
        assert answer.status_code == 400
        return {(error["attr"], error["code"]) for error in answer.json()["errors"]}

    assert codes(doctor, image.pk, other.pk) == {("second", "other_patient")}
    assert codes(doctor, image.pk, image.pk) == {("second", "other_patient")}
    assert codes(doctor, image.pk, 10**12) == {("second", "does_not_exist")}
    assert ("first", "does_not_exist") in codes(other_doctor, image.pk, other.pk)


def test_picture_whose_file_is_lost_is_refused(api, doctor, image, consultation):
    other, _made = services.add_image(consultation=consultation, user=doctor, upload=upload(seed=2))
    other.display.storage.delete(other.display.name)
    answer = api(doctor).post(PATH, {"first": image.pk, "second": other.pk}, format="json")
    assert (answer.status_code, answer.data["refused"]) == (200, "unreadable")
