"""A diagnosis is shown to the patient when the doctor says so and the visit is over. Lost would be:
that a patient hears of a melanoma from a page, alone, before anybody has spoken to them."""

import pytest

from consultations.models import Consultation

from .test_stale_forms import shown

DIAGNOSIS = "Suspected melanoma"


@pytest.fixture
def visit(consultation):
    def write(**fields):
        fields = {"diagnosis": DIAGNOSIS, "status": "closed", "diagnosis_released": True} | fields
        Consultation.objects.filter(pk=consultation.pk).update(**fields)
        return consultation

    return write


@pytest.fixture
def seen_by(api, page):
    """`seen_by(user, visit)`: whether the API, its list, the visit's page and the patient's say it:
    all or none."""

    def see(user, visit):
        client, browser = api(user), page(user)
        answer = client.get(f"/api/v1/consultations/{visit.pk}").json()
        listed = client.get("/api/v1/consultations").json()["consultations"]
        seen = {
            answer["diagnosis"] == DIAGNOSIS,
            listed[0]["diagnosis"] == DIAGNOSIS,
            *(
                DIAGNOSIS in browser.get(path).content.decode()
                for path in (f"/consultations/{visit.pk}/", f"/patients/{visit.patient_id}/")
            ),
        }
        assert len(seen) == 1
        return seen.pop()

    return see


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({}, True),
        ({"status": "follow_up"}, True),
        ({"status": "in_progress"}, False),
        ({"diagnosis_released": False}, False),
    ],
)
def test_the_patient_sees_a_released_diagnosis_of_a_visit_that_is_over(
    visit, seen_by, patient, doctor, fields, shown
):
    written = visit(**fields)
    assert seen_by(patient, written) is shown
    assert seen_by(doctor, written)


@pytest.mark.parametrize("released", [True, False])
def test_the_setting_decides_for_new_consultations(api, doctor, record, settings, released):
    settings.DIAGNOSES_RELEASED = released
    answer = api(doctor).post("/api/v1/consultations", {"patient": record.pk})
    assert answer.json()["diagnosis_released"] is released


def test_the_doctor_releases_it_on_the_form(page, doctor, visit):
    written = visit(diagnosis_released=False)
    client, path = page(doctor), f"/consultations/{written.pk}/edit/"
    filled_in = shown(client, path) | {"diagnosis_released": "on"}
    assert client.post(path, filled_in).status_code == 302
    written.refresh_from_db()
    assert written.diagnosis_released


def test_a_patient_cannot_release_it(api, patient, visit):
    written = visit(diagnosis_released=False)
    answer = api(patient).patch(f"/api/v1/consultations/{written.pk}", {"diagnosis_released": True})
    assert answer.status_code == 403
