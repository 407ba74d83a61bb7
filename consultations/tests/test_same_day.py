"""A second visit of a patient on the same day is asked about once, but not refused. Otherwise the
images of one visit are split between two."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from consultations.models import Consultation

CREATE = "/consultations/new/"


@pytest.fixture
def create(page, doctor, record):
    """`create(**fields)`: the response to the form."""

    def post_form(**fields):
        form = {"patient": record.pk, "date": "2026-11-14", "status": "in_progress"}
        return page(doctor).post(CREATE, form | fields)

    return post_form


@pytest.mark.parametrize(
    ("first", "second", "is_asked"),
    [
        ("", "Control", True),
        ("Control", "", True),
        ("Control", "Control", True),
        ("Control", "Burn", False),
    ],
)
def test_second_visit_on_a_day_asks_unless_the_reason_differs(
    create, consultation, first, second, is_asked
):
    Consultation.objects.update(reason=first, created_at=timezone.now() - timedelta(hours=1))
    answer = create(reason=second)
    assert (answer.status_code == 200) is is_asked
    assert Consultation.objects.count() == 2 - is_asked
    if is_asked:
        assert answer.context["same_day"] == [consultation]
        assert create(reason=second, other=consultation.pk).status_code == 302
        assert Consultation.objects.count() == 2


@pytest.mark.parametrize("fields", [{"date": "2026-11-13"}, {"patient": "other"}])
def test_visit_on_another_day_or_of_another_patient_does_not_ask(
    create, consultation, doctor, fields
):
    if "patient" in fields:
        fields = {"patient": type(consultation.patient).objects.create(
            full_name="Other", created_by=doctor).pk}  # fmt: skip
    assert create(**fields).status_code == 302


def test_form_submitted_twice_creates_one_visit_without_asking(create):
    first, second = create(reason="Control"), create(reason="Control")
    assert first["Location"] == second["Location"]
    assert Consultation.objects.count() == 1


def test_confirmation_submitted_twice_creates_one_visit(create, consultation):
    Consultation.objects.update(created_at=timezone.now() - timedelta(hours=1))
    for _press in "12":
        assert create(other=consultation.pk).status_code == 302
    assert Consultation.objects.count() == 2


def test_visit_created_since_the_question_is_asked_about(create, consultation):
    with time_machine.travel(timezone.now() - timedelta(hours=1)):
        Consultation.objects.create(
            doctor=consultation.doctor, patient=consultation.patient, date=consultation.date
        )
    Consultation.objects.update(created_at=timezone.now() - timedelta(hours=1))
    assert create(other=consultation.pk).status_code == 200


@pytest.mark.parametrize("key", ["9" * 30, "٣", "²", "x"])
def test_invalid_key_dismisses_nothing(create, consultation, key):
    Consultation.objects.update(created_at=timezone.now() - timedelta(hours=1))
    assert create(other=key).context["same_day"] == [consultation]


def test_key_that_no_column_holds_is_ignored_beside_a_valid_one(create, consultation):
    """Otherwise the answer to the question is a server error, and the visit is not created."""
    Consultation.objects.update(created_at=timezone.now() - timedelta(hours=1))
    assert create(other=[consultation.pk, "9" * 30]).status_code == 302
    assert Consultation.objects.count() == 2
