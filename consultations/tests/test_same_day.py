"""A second visit of one patient on one day is asked about once, and not refused. Lost would be: the
photographs of one visit, half here and half there."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from consultations.models import Consultation

CREATE = "/consultations/new/"


@pytest.fixture
def create(page, doctor, record):
    """`create(**fields)`: what the form answers."""

    def post(**fields):
        form = {"patient": record.pk, "date": "2026-11-14", "status": "in_progress"}
        return page(doctor).post(CREATE, form | fields)

    return post


@pytest.mark.parametrize(
    ("first", "second", "asked"),
    [
        ("", "Control", True),
        ("Control", "", True),
        ("Control", "Control", True),
        ("Control", "Burn", False),
    ],
)
def test_it_is_asked_where_it_may_be_the_same(create, consultation, first, second, asked):
    Consultation.objects.update(reason=first, created_at=timezone.now() - timedelta(hours=1))
    answer = create(reason=second)
    assert (answer.status_code == 200) is asked
    assert Consultation.objects.count() == 2 - asked
    if asked:
        assert answer.context["same_day"] == [consultation]
        assert create(reason=second, other=consultation.pk).status_code == 302
        assert Consultation.objects.count() == 2


@pytest.mark.parametrize("fields", [{"date": "2026-11-13"}, {"patient": "other"}])
def test_another_day_or_patient_is_another_visit(create, consultation, doctor, fields):
    if "patient" in fields:
        fields = {"patient": type(consultation.patient).objects.create(
            full_name="Other", created_by=doctor).pk}  # fmt: skip
    assert create(**fields).status_code == 302


def test_a_button_pressed_twice_makes_one_visit_and_asks_nothing(create):
    first, second = create(reason="Control"), create(reason="Control")
    assert first["Location"] == second["Location"]
    assert Consultation.objects.count() == 1


def test_the_answer_pressed_twice_makes_one_more(create, consultation):
    Consultation.objects.update(created_at=timezone.now() - timedelta(hours=1))
    for _press in "12":
        assert create(other=consultation.pk).status_code == 302
    assert Consultation.objects.count() == 2


def test_one_that_came_since_the_question_is_asked_about(create, consultation):
    with time_machine.travel(timezone.now() - timedelta(hours=1)):
        Consultation.objects.create(
            doctor=consultation.doctor, patient=consultation.patient, date=consultation.date
        )
    Consultation.objects.update(created_at=timezone.now() - timedelta(hours=1))
    assert create(other=consultation.pk).status_code == 200
