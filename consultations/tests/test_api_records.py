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


def test_token_opens_the_api(client, token, record):
    headers = {"Authorization": f"Bearer {token['access']}"}
    assert client.get("/api/v1/patients", headers=headers).json()["total"] == 1


def test_wrong_password_and_no_token(client, doctor):
    body = {"email": doctor.email, "password": "wrong"}
    response = client.post("/api/v1/auth/token", body, content_type="application/json")
    assert response.status_code == 401
    anonymous = client.get("/api/v1/patients")
    assert anonymous.status_code == 401
    assert errors(anonymous) == [("not_authenticated", None)]


def test_refresh_token_is_spent_once(client, token):
    def refresh(value):
        return client.post(
            "/api/v1/auth/token/refresh", {"refresh": value}, content_type="application/json"
        )

    renewed = refresh(token["refresh"])
    assert renewed.status_code == 200
    assert refresh(token["refresh"]).status_code == 401
    body = {"refresh": renewed.json()["refresh"]}
    gone = client.post("/api/v1/auth/token/blacklist", body, content_type="application/json")
    assert gone.status_code == 200
    assert refresh(body["refresh"]).status_code == 401


def test_token_endpoint_is_slow_to_guess(client, doctor, monkeypatch):
    from rest_framework.throttling import ScopedRateThrottle

    monkeypatch.setattr(ScopedRateThrottle, "THROTTLE_RATES", {"login": "2/min"})
    body = {"email": doctor.email, "password": "wrong"}
    answers = [
        client.post("/api/v1/auth/token", body, content_type="application/json").status_code
        for _ in range(3)
    ]
    assert answers == [401, 401, 429]


def test_patients(api, doctor):
    client = api(doctor)
    made = client.post("/api/v1/patients", {"full_name": "Jean Petit", "file_number": "77"})
    assert made.status_code == 201
    patient = Patient.objects.get()
    assert patient.created_by == doctor
    url = f"/api/v1/patients/{patient.pk}"
    assert client.patch(url, {"phototype": 3}).json()["phototype"] == 3
    assert errors(client.patch(url, {"phototype": 9})) == [("invalid_choice", "phototype")]
    assert errors(client.post("/api/v1/patients", {"full_name": ""})) == [("blank", "full_name")]
    future = client.post("/api/v1/patients", {"full_name": "X", "birth_date": "2999-01-01"})
    assert errors(future) == [("invalid_date", "birth_date")]
    same = client.post("/api/v1/patients", {"full_name": "X", "file_number": "77"})
    assert same.status_code == 400


@pytest.mark.parametrize(
    ("words", "found"),
    [("lefe", 1), ("LEFÈVRE marie", 1), ("lefevre", 1), ("204", 1), ("petit", 0), ("", 1)],
)
def test_search(api, doctor, record, words, found):
    assert api(doctor).get("/api/v1/patients", {"q": words}).json()["total"] == found


def test_consultations(api, doctor, record):
    client = api(doctor)
    made = client.post("/api/v1/consultations", {"patient": record.pk, "reason": "nævus"})
    assert made.status_code == 201
    consultation = Consultation.objects.get()
    assert (consultation.doctor, consultation.patient) == (doctor, record)
    url = f"/api/v1/consultations/{consultation.pk}"
    assert client.patch(url, {"diagnosis": "bénin"}).json()["diagnosis"] == "bénin"
    assert client.get("/api/v1/consultations").json()["total"] == 1


def test_consultation_with_another_doctors_patient(api, other_doctor, record):
    response = api(other_doctor).post("/api/v1/consultations", {"patient": record.pk})
    assert response.status_code == 400
    assert errors(response) == [("does_not_exist", "patient")]


def test_consultation_stays_with_its_patient(api, doctor, consultation):
    other = Patient.objects.create(full_name="Other", created_by=doctor)
    url = f"/api/v1/consultations/{consultation.pk}"
    assert errors(api(doctor).patch(url, {"patient": other.pk})) == [("immutable", "patient")]


def test_notes_are_the_doctors_own(api, doctor, patient, consultation):
    url = f"/api/v1/consultations/{consultation.pk}"
    assert api(doctor).get(url).json()["notes"] == "for the doctor's eyes"
    assert api(patient).get(url).json()["notes"] == ""
    listed = api(patient).get("/api/v1/consultations").json()["consultations"]
    assert listed[0]["notes"] == ""


def test_patient_reads_consultations_and_writes_none(api, patient, consultation, record):
    client = api(patient)
    assert client.get(f"/api/v1/consultations/{consultation.pk}").status_code == 200
    assert client.post("/api/v1/consultations", {"patient": record.pk}).status_code == 403
    url = f"/api/v1/consultations/{consultation.pk}"
    assert client.patch(url, {"reason": "x"}).status_code == 403


def test_a_filter_tells_nothing_of_other_patients(api, doctor, other_doctor, record):
    """A patient of somebody else's and one that does not exist are answered alike."""
    mine = api(doctor).get(f"/api/v1/consultations?patient={record.pk}")
    assert mine.status_code == 200
    told = [
        api(other_doctor).get(f"/api/v1/consultations?patient={key}") for key in (record.pk, 10**6)
    ]
    assert [answer.status_code for answer in told] == [400, 400]
    assert told[0].json() == told[1].json()
