"""Patients to follow up; otherwise a lesion due for review in three months is forgotten."""

from datetime import date

import pytest

from consultations.models import Consultation, Patient
from consultations.views.follow_up import follow_ups

pytestmark = pytest.mark.usefixtures("late_november")
TODAY = date(2026, 11, 29)


@pytest.fixture
def make_visit(doctor):
    """`make_visit(name, day, **fields)`: a visit of the patient of that name."""

    def create(name, day, doctor=doctor, **fields):
        patient, _created = Patient.objects.get_or_create(
            full_name=name, defaults={"created_by": doctor}
        )
        return Consultation.objects.create(doctor=doctor, patient=patient, date=day, **fields)

    return create


def test_follow_ups_are_ordered_by_review_date_undated_last(make_visit, doctor):
    undated = make_visit("Undated", date(2026, 1, 5), status="follow_up")
    later = make_visit("Later", date(2026, 10, 1), review_on=date(2027, 1, 1), status="closed")
    overdue = make_visit(
        "Overdue", date(2026, 8, 1), review_on=date(2026, 11, 28), status="follow_up"
    )
    make_visit("Closed", date(2026, 8, 1), status="closed")
    due = Consultation.objects.editable_by(doctor).to_follow_up()
    assert list(due) == [overdue, later, undated]
    rows, has_more = follow_ups(doctor)
    assert [(row["full_name"], row["due"]) for row in rows] == [
        ("Overdue", "overdue"),
        ("Later", "planned"),
        ("Undated", ""),
    ]
    assert not has_more


def test_patient_seen_again_by_the_same_doctor_is_not_due(make_visit, doctor, other_doctor):
    seen_again = make_visit("Seen", date(2026, 8, 1), status="follow_up")
    make_visit("Seen", date(2026, 9, 1))
    still_due = make_visit("Elsewhere", date(2026, 8, 1), status="follow_up")
    make_visit("Elsewhere", date(2026, 9, 1), doctor=other_doctor)
    due = Consultation.objects.editable_by(doctor).to_follow_up()
    assert list(due) == [still_due]
    assert seen_again not in due


def test_home_page_lists_the_doctors_follow_ups(page, make_visit, doctor, other_doctor):
    make_visit("Anna Due", date(2026, 8, 1), review_on=date(2026, 11, 2), status="follow_up")
    make_visit("Somebody Else's", date(2026, 8, 1), doctor=other_doctor, status="follow_up")
    for user, name in (
        (doctor, "Anna Due"),
        (other_doctor, "Somebody Else's"),
        (doctor, "Anna Due"),
    ):
        response = page(user).get("/", headers={"accept-language": "fr"})
        assert [row["full_name"] for row in response.context["follow_up"]] == [name]
        is_overdue = "En retard depuis le 02/11/2026" in response.content.decode()
        assert is_overdue is (user == doctor)


def test_home_page_links_to_all_where_there_are_more(page, make_visit, doctor):
    for number in range(9):
        make_visit(f"Patient {number}", date(2026, 8, 1), status="follow_up")
    response = page(doctor).get("/")
    assert len(response.context["follow_up"]) == 8
    assert 'href="/consultations/?status=due"' in response.content.decode()


def test_home_page_query_count_does_not_grow_with_follow_ups(
    page, make_visit, doctor, count_queries
):
    client = page(doctor)
    make_visit("First", date(2026, 8, 1), status="follow_up")
    count_for_one = count_queries(lambda: client.get("/"))
    for number in range(6):
        make_visit(f"Patient {number}", date(2026, 8, 1), status="follow_up")
    assert count_queries(lambda: client.get("/")) == count_for_one


@pytest.mark.parametrize("day", ["2026-11-14", "2026-11-13"])
def test_review_date_must_be_after_the_visit(api, page, doctor, consultation, day):
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


def test_visit_cannot_be_moved_past_its_review_date(api, doctor, consultation):
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
    ), "today is the date of the visit itself"
