"""Whom to see again. Lost would be: a lesion that was to be looked at in three months, and that
nobody looked at."""

from datetime import date

import pytest
import time_machine

from consultations.models import Consultation, Patient

TODAY = date(2026, 11, 29)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel("2026-11-29T10:00:00+01:00", tick=False):
        yield


@pytest.fixture
def visit(doctor):
    """`visit(name, day, **fields)`: a visit of the patient of that name."""

    def create(name, day, doctor=doctor, **fields):
        patient, _created = Patient.objects.get_or_create(
            full_name=name, defaults={"created_by": doctor}
        )
        return Consultation.objects.create(doctor=doctor, patient=patient, date=day, **fields)

    return create


def test_what_is_due_first_comes_first_and_what_has_no_day_last(visit, doctor):
    undated = visit("Undated", date(2026, 1, 5), status="follow_up")
    later = visit("Later", date(2026, 10, 1), review_on=date(2027, 1, 1), status="closed")
    overdue = visit("Overdue", date(2026, 8, 1), review_on=date(2026, 11, 28), status="follow_up")
    visit("Closed", date(2026, 8, 1), status="closed")
    found = Consultation.objects.editable_by(doctor).to_follow_up()
    assert list(found) == [overdue, later, undated]
    assert [one.is_overdue for one in found] == [True, False, False]


def test_whoever_came_back_to_the_same_doctor_is_not_due(visit, doctor, other_doctor):
    seen = visit("Seen", date(2026, 8, 1), status="follow_up")
    visit("Seen", date(2026, 9, 1))
    still_due = visit("Elsewhere", date(2026, 8, 1), status="follow_up")
    visit("Elsewhere", date(2026, 9, 1), doctor=other_doctor)
    found = Consultation.objects.editable_by(doctor).to_follow_up()
    assert list(found) == [still_due]
    assert seen not in found


def test_the_home_page_gathers_them(page, visit, doctor, other_doctor):
    visit("Anna Due", date(2026, 8, 1), review_on=date(2026, 11, 2), status="follow_up")
    visit("Somebody Else's", date(2026, 8, 1), doctor=other_doctor, status="follow_up")
    response = page(doctor).get("/")
    assert [one.patient.full_name for one in response.context["follow_up"]] == ["Anna Due"]
    assert "Overdue since" in response.content.decode() or "En retard" in response.content.decode()


def test_the_home_page_asks_no_more_for_more_of_them(page, visit, doctor, questions):
    client = page(doctor)
    visit("First", date(2026, 8, 1), status="follow_up")
    one = questions(lambda: client.get("/"))
    for number in range(6):
        visit(f"Patient {number}", date(2026, 8, 1), status="follow_up")
    assert questions(lambda: client.get("/")) == one


@pytest.mark.parametrize("day", ["2026-11-14", "2026-11-13"])
def test_a_day_that_is_not_after_the_visit_is_refused(api, page, doctor, consultation, day):
    url = f"/api/v1/consultations/{consultation.pk}"
    refused = api(doctor).patch(url, {"review_on": day})
    assert refused.status_code == 400
    assert [(e["code"], e["attr"]) for e in refused.json()["errors"]] == [
        ("invalid_date", "review_on")
    ]
    form = {"date": "2026-11-14", "status": "follow_up", "review_on": day}
    answer = page(doctor).post(f"/consultations/{consultation.pk}/edit/", form)
    assert answer.context["form"].has_error("review_on", "invalid_date")
    consultation.refresh_from_db()
    assert consultation.review_on is None


def test_moving_the_visit_past_the_day_is_refused(api, doctor, consultation):
    url = f"/api/v1/consultations/{consultation.pk}"
    assert api(doctor).patch(url, {"review_on": "2026-12-01"}).status_code == 200
    assert api(doctor).patch(url, {"date": "2026-12-02"}).status_code == 400
    assert (
        api(doctor)
        .post(
            "/api/v1/consultations", {"patient": consultation.patient_id, "review_on": "2026-11-29"}
        )
        .status_code
        == 400
    ), "today is the day of the visit"
