"""Search and filters of the list of consultations; otherwise existing visits are not found."""

from datetime import date
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from consultations.models import Consultation, Patient


@pytest.fixture
def visits(doctor, record):
    def create(day, **fields):
        return Consultation.objects.create(doctor=doctor, patient=record, date=day, **fields)

    return [
        create(date(2026, 3, 1), reason="Contrôle annuel", status="closed"),
        create(date(2026, 5, 1), diagnosis="Mélanome du dos", status="follow_up"),
        create(date(2026, 7, 1), notes="Réseau irrégulier, à revoir", status="in_progress"),
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [2, 1, 0]),
        ("q=melanome", [1]),
        ("q=CONTROLE+annuel", [0]),
        ("q=irregulier+reseau", [2]),
        ("q=control-e", [0]),
        ("q=no+such+words", []),
        ("status=closed", [0]),
        ("status=due", [1]),
        ("since=2026-05-01", [2, 1]),
        ("until=2026-05-01", [1, 0]),
        ("since=2026-04-01&until=2026-06-01&q=dos", [1]),
        ("since=yesterday", [2, 1, 0]),
        ("status=unknown", [2, 1, 0]),
        ("q=%00", [2, 1, 0]),
    ],
)
def test_list_is_filtered_by_words_status_and_dates(page, doctor, visits, query, expected):
    if "due" in query:  # the latest visit of a patient is the one to follow up
        visits.pop().delete()
    response = page(doctor).get(f"/consultations/?{query}")
    assert list(response.context["page"]) == [visits[number] for number in expected]


def test_page_links_keep_the_filters(page, doctor, record, visits):
    Consultation.objects.bulk_create(
        Consultation(doctor=doctor, patient=record, search_key="naevus") for _ in range(40)
    )
    answer = page(doctor).get("/consultations/?q=naevus&status=in_progress").content.decode()
    assert "?page=2&amp;q=naevus&amp;status=in_progress" in answer


def test_search_does_not_find_other_doctors_visits(page, other_doctor, visits):
    assert not list(page(other_doctor).get("/consultations/?q=melanome").context["page"])


def test_htmx_gets_only_the_results(page, doctor, visits):
    answer = page(doctor).get("/consultations/?q=melanome", headers={"HX-Request": "true"})
    assert "<html" not in answer.content.decode()


def test_migration_fills_search_keys_of_existing_visits(page, doctor, visits):
    fill = import_module("consultations.migrations.0017_consultation_search_keys").fill
    Consultation.objects.update(search_key="")
    fill(apps, SimpleNamespace(connection=connection))
    assert Consultation.objects.search("melanome").get() == visits[1]


def test_saving_one_field_updates_the_search_key(doctor, visits):
    visits[0].reason = "Verrue"
    visits[0].save(update_fields=["reason"])
    assert Consultation.objects.search("verrue").get() == visits[0]


def test_list_of_those_due_is_in_the_order_of_the_home_page(page, doctor):
    visits = []
    for name, seen_on, review_on in (
        ("Later", date(2026, 3, 1), date(2027, 2, 1)),
        ("Overdue", date(2026, 1, 1), date(2026, 2, 1)),
    ):
        patient = Patient.objects.create(full_name=name, created_by=doctor)
        visits.append(
            Consultation.objects.create(
                doctor=doctor, patient=patient, date=seen_on, review_on=review_on
            )
        )
    response = page(doctor).get("/consultations/?status=due")
    assert list(response.context["page"]) == visits[::-1]
