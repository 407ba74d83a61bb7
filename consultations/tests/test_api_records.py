"""Patients, consultations and tokens through the API."""

import pytest

from consultations.models import Consultation, Patient
from testing.cast import PASSWORD


def errors(response):
    return [(e["code"], e["attr"]) for e in response.json()["errors"]]


@pytest.fixture
def token(client, doctor):
    response = client.post(
        "/api/v1/auth/token",
        {"email": "DOCTOR@example.org", "password": PASSWORD},
        content_type="application/json",
    )
    assert response.status_code == 200, response.json()
    return response.json()


def test_token_authenticates_requests(client, token, record):
    headers = {"Authorization": f"Bearer {token['access']}"}
    assert client.get("/api/v1/patients", headers=headers).json()["total"] == 1


def test_wrong_password_or_missing_token_answers_401(client, doctor):
    body = {"email": doctor.email, "password": "wrong"}
    response = client.post("/api/v1/auth/token", body, content_type="application/json")
    assert response.status_code == 401
    anonymous = client.get("/api/v1/patients")
    assert anonymous.status_code == 401
    assert errors(anonymous) == [("not_authenticated", None)]


def test_refresh_token_works_once(client, token):
    def refresh(value):
        return client.post(
            "/api/v1/auth/token/refresh", {"refresh": value}, content_type="application/json"
        )

    renewed = refresh(token["refresh"])
    assert renewed.status_code == 200
    assert refresh(token["refresh"]).status_code == 401
    body = {"refresh": renewed.json()["refresh"]}
    blacklisted = client.post("/api/v1/auth/token/blacklist", body, content_type="application/json")
    assert blacklisted.status_code == 200
    assert refresh(body["refresh"]).status_code == 401


def test_token_endpoint_is_rate_limited(client, doctor, monkeypatch):
    from rest_framework.throttling import ScopedRateThrottle

    monkeypatch.setattr(ScopedRateThrottle, "THROTTLE_RATES", {"login": "2/min"})
    body = {"email": doctor.email, "password": "wrong"}
    answers = [
        client.post("/api/v1/auth/token", body, content_type="application/json").status_code
        for _ in range(3)
    ]
    assert answers == [401, 401, 429]


def test_patient_can_be_created_and_changed(api, doctor):
    client = api(doctor)
    created = client.post("/api/v1/patients", {"full_name": "Jean Petit", "file_number": "77"})
    assert created.status_code == 201
    patient = Patient.objects.get()
    assert patient.created_by == doctor
    url = f"/api/v1/patients/{patient.pk}"
    assert client.patch(url, {"phototype": 3}).json()["phototype"] == 3
    assert errors(client.patch(url, {"phototype": 9})) == [("invalid_choice", "phototype")]
    assert errors(client.post("/api/v1/patients", {"full_name": ""})) == [("blank", "full_name")]
    refused_date = client.post("/api/v1/patients", {"full_name": "X", "birth_date": "2999-01-01"})
    assert errors(refused_date) == [("invalid_date", "birth_date")]
    duplicate = client.post("/api/v1/patients", {"full_name": "X", "file_number": "77"})
    assert duplicate.status_code == 400


@pytest.mark.parametrize(
    ("words", "expected"),
    [("lefe", 1), ("LEFÈVRE marie", 1), ("lefevre", 1), ("204", 1), ("petit", 0), ("", 1)],
)
def test_patients_are_searched_by_name_and_file_number(api, doctor, record, words, expected):
    assert api(doctor).get("/api/v1/patients", {"q": words}).json()["total"] == expected


def test_consultation_can_be_created_and_changed(api, doctor, record):
    client = api(doctor)
    created = client.post("/api/v1/consultations", {"patient": record.pk, "reason": "nævus"})
    assert created.status_code == 201
    consultation = Consultation.objects.get()
    assert (consultation.doctor, consultation.patient) == (doctor, record)
    url = f"/api/v1/consultations/{consultation.pk}"
    assert client.patch(url, {"diagnosis": "bénin"}).json()["diagnosis"] == "bénin"
    assert client.get("/api/v1/consultations").json()["total"] == 1


def test_consultation_for_another_doctors_patient_answers_400(api, other_doctor, record):
    response = api(other_doctor).post("/api/v1/consultations", {"patient": record.pk})
    assert response.status_code == 400
    assert errors(response) == [("does_not_exist", "patient")]


def test_consultations_patient_cannot_be_changed(api, doctor, consultation):
    other = Patient.objects.create(full_name="Other", created_by=doctor)
    url = f"/api/v1/consultations/{consultation.pk}"
    assert errors(api(doctor).patch(url, {"patient": other.pk})) == [("immutable", "patient")]


def test_notes_are_hidden_from_the_patient(api, doctor, patient, consultation):
    url = f"/api/v1/consultations/{consultation.pk}"
    assert api(doctor).get(url).json()["notes"] == "for the doctor's eyes"
    assert api(patient).get(url).json()["notes"] == ""
    listed = api(patient).get("/api/v1/consultations").json()["consultations"]
    assert listed[0]["notes"] == ""


def test_patient_can_read_but_not_write_consultations(api, patient, consultation, record):
    client = api(patient)
    assert client.get(f"/api/v1/consultations/{consultation.pk}").status_code == 200
    assert client.post("/api/v1/consultations", {"patient": record.pk}).status_code == 403
    url = f"/api/v1/consultations/{consultation.pk}"
    assert client.patch(url, {"reason": "x"}).status_code == 403


def test_patient_filter_does_not_reveal_other_doctors_patients(api, doctor, other_doctor, record):
    """Another doctor's patient and a patient that does not exist get the same answer."""
    own_patient = api(doctor).get(f"/api/v1/consultations?patient={record.pk}")
    assert own_patient.status_code == 200
    answers = [
        api(other_doctor).get(f"/api/v1/consultations?patient={key}") for key in (record.pk, 10**6)
    ]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].json() == answers[1].json()
