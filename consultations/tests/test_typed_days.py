"""Search finds a birth date in any notation. Otherwise a patient gets a second record because the
first was not found."""

from datetime import date

import pytest

from consultations.models import Patient
from consultations.typed_days import days_of, with_figures

pytestmark = pytest.mark.usefixtures("late_november")
BORN = date(1972, 3, 4)  # of `record`


@pytest.mark.parametrize(
    "typed",
    [
        "4/3/1972",
        "04.03.1972",
        "04-03-72",
        "4/3/72",
        "1972-03-04",
        "04031972",
        "040372",
        "4 mars 1972",
        "4 Mars 72",
        "4 march 1972",
        "March 4, 1972",
        "4th of March 1972",
        "le 4 mars 1972",
        "Lefèvre, 4 mar. 1972",
        "4 mars 1972 lefevre",
    ],
)
def test_search_finds_a_birth_date_in_any_notation(record, doctor, typed):
    Patient.objects.create(full_name="Le Lefèvre", birth_date=date(1973, 4, 3), created_by=doctor)
    record.full_name = "Le " * typed.startswith("le") + record.full_name
    record.save()
    assert Patient.objects.search(typed).get() == record


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        ("1er août 1980", date(1980, 8, 1)),
        ("22 févr. 1980", date(1980, 2, 22)),
        ("3 déc. 1980", date(1980, 12, 3)),
        ("Sept. 9 1980", date(1980, 9, 9)),
    ],
)
def test_month_names_are_understood(db, typed, days):
    assert days_of(with_figures(typed)) == [days]


@pytest.mark.parametrize("typed", ["31/02/1972", "310272", "1/1/0000", "4 marsouin 1972", "12345"])
def test_text_that_is_no_date_is_ignored(typed):
    assert days_of(with_figures(typed)) == []


def test_two_digit_year_is_never_in_the_future():
    assert days_of("4/3/05") == [date(1905, 3, 4), date(2005, 3, 4)]
    assert days_of("4/3/72") == [date(1972, 3, 4)]


def test_search_finds_a_file_number_that_looks_like_a_date(record):
    record.file_number = "040372"
    record.birth_date = None
    record.save()
    assert Patient.objects.search("040372").get() == record
