"""A patient's age in words: doses depend on it."""

import re
from datetime import date
from html import unescape

import pytest
import time_machine
from django.utils.translation import override

from consultations import identity
from consultations.models import Patient
from consultations.views import body_map

pytestmark = pytest.mark.alike


@pytest.mark.parametrize(
    ("born", "english", "french"),
    [
        ("2026-11-29", "born today", None),
        ("2026-11-28", "1 day old", None),
        ("2026-11-16", "13 days old", None),
        ("2026-11-15", "2 weeks old", None),
        ("2026-10-29", "4 weeks old", None),
        ("2026-08-30", "13 weeks old", None),
        ("2026-08-29", "3 months old", None),
        ("2025-11-30", "11 months old", None),
        ("2025-11-29", "12 months old", None),
        ("2024-11-30", "23 months old", None),
        ("2024-11-29", "2 years old", "2 ans"),
        ("1972-03-04", "54 years old", "54 ans"),
        ("2026-11-30", "", ""),
        (None, "", ""),
    ],
)
@time_machine.travel("2026-11-29T23:30:00+01:00", tick=False)
def test_age_in_words(born, english, french):
    """An infant is not "0 years old" for a year, and nobody has an age before birth."""
    born = born and date.fromisoformat(born)
    with override("en"):
        assert identity.age(born) == english
    if french is not None:
        with override("fr"):
            assert identity.age(born) == french


@pytest.mark.parametrize(
    ("today", "age"),
    [
        ("2026-02-28", "23 months old"),
        ("2026-03-01", "2 years old"),
        ("2027-02-28", "2 years old"),
        ("2028-02-28", "3 years old"),
        ("2028-02-29", "4 years old"),
    ],
)
def test_age_of_a_person_born_on_february_29(today, age):
    """The birthday is February 29, or March 1 where there is none."""
    with time_machine.travel(f"{today}T12:00:00+01:00", tick=False), override("en"):
        assert identity.age(date(2024, 2, 29)) == age


@pytest.mark.parametrize(("born", "figure"), [("2014-11-30", "child"), ("2014-11-29", "adult")])
def test_a_child_is_drawn_until_their_twelfth_birthday(born, figure):
    """By the months that the age counts: else a page calls somebody 12 and draws a child."""
    with time_machine.travel("2026-11-29T12:00:00+01:00", tick=False), override("en"):
        patient = Patient(birth_date=date.fromisoformat(born))
        assert body_map.figure_of(patient) == figure
        assert (identity.age(patient.birth_date) == "12 years old") is (figure == "adult")


@pytest.mark.django_db
@time_machine.travel("2026-11-29T12:00:00+01:00", tick=False)
def test_newborns_age_is_never_shown_as_zero(page, doctor):
    """On the patient's page."""
    born = {"full_name": "Léa Morel", "birth_date": date(2026, 11, 29), "created_by": doctor}
    patient = Patient.objects.create(**born)
    body = page(doctor).get(f"/patients/{patient.pk}/").content.decode()
    assert identity.age(patient.birth_date) in unescape(body)
    assert not re.search(r"\b0 (year|month|week|day|hour|an|mois|semaine|jour|heure)", body)


@pytest.mark.parametrize("typed", ["A‑12", "Ａ-12", "A\u00ad-12", "A-12\u200b", " A-12 ", "A−12"])
def test_file_numbers_that_look_the_same_are_duplicates(page, api, doctor, typed):
    """The file number must tell two people apart, so two that look alike are refused."""
    Patient.objects.create(full_name="Ada Petit", file_number="A-12", created_by=doctor)
    form = {"full_name": "Eva Martin", "file_number": typed}
    assert not page(doctor).post("/patients/new/", form).context["form"].is_valid()
    assert api(doctor).post("/api/v1/patients", form).status_code == 400
    assert Patient.objects.count() == 1
