"""A diagnosis is shown to the patient once the doctor has released it and the visit is finished.
Otherwise a patient could learn of a melanoma from a page before anybody has spoken to them."""

import pytest

from consultations.models import Consultation

from .test_stale_forms import form_data

DIAGNOSIS = "Suspected melanoma"


@pytest.fixture
def make_visit(consultation):
    def write(**fields):
        fields = {"diagnosis": DIAGNOSIS, "status": "closed", "diagnosis_released": True} | fields
        Consultation.objects.filter(pk=consultation.pk).update(**fields)
        return consultation

    return write


@pytest.fixture
def diagnosis_visible_to(api, page):
    """`diagnosis_visible_to(user, visit)`: whether it is in the API, its list, and the pages of
    consultation and patient; it must be in all or none."""

    def is_visible_everywhere(user, visit):
        client, browser = api(user), page(user)
        answer = client.get(f"/api/v1/consultations/{visit.pk}").json()
        listed = client.get("/api/v1/consultations").json()["consultations"]
        visible = {
            answer["diagnosis"] == DIAGNOSIS,
            listed[0]["diagnosis"] == DIAGNOSIS,
            *(
                DIAGNOSIS in browser.get(path).content.decode()
                for path in (
                    f"/consultations/{visit.pk}/",
                    f"/patients/{visit.patient_id}/",
                )
            ),
        }
        assert len(visible) == 1
        return visible.pop()

    return is_visible_everywhere


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, True),
        ({"status": "follow_up"}, True),
        ({"status": "in_progress"}, False),
        ({"diagnosis_released": False}, False),
    ],
)
def test_patient_sees_a_released_diagnosis_of_a_finished_visit(
    make_visit, diagnosis_visible_to, patient, doctor, fields, expected
):
    consultation = make_visit(**fields)
    assert diagnosis_visible_to(patient, consultation) is expected
    assert diagnosis_visible_to(doctor, consultation)


@pytest.mark.parametrize("released", [True, False])
def test_setting_decides_release_for_new_consultations(api, doctor, record, settings, released):
    settings.DIAGNOSES_RELEASED = released
    answer = api(doctor).post("/api/v1/consultations", {"patient": record.pk})
    assert answer.json()["diagnosis_released"] is released


def test_doctor_can_release_a_diagnosis_on_the_form(page, doctor, make_visit):
    consultation = make_visit(diagnosis_released=False)
    client, path = page(doctor), f"/consultations/{consultation.pk}/edit/"
    filled_in = form_data(client, path) | {"diagnosis_released": "on"}
    assert client.post(path, filled_in).status_code == 302
    consultation.refresh_from_db()
    assert consultation.diagnosis_released


def test_patient_cannot_release_a_diagnosis(api, patient, make_visit):
    consultation = make_visit(diagnosis_released=False)
    answer = api(patient).patch(
        f"/api/v1/consultations/{consultation.pk}", {"diagnosis_released": True}
    )
    assert answer.status_code == 403
