"""A patient who exists is found, by search, by chooser, by the guard against namesakes."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.urls import reverse

from consultations.models import Patient
from core.tests.test_search import SAME

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("one", "other"), [*SAME, *((b, a) for a, b in SAME)])
def test_the_search_and_the_guard_find_the_other_spelling(client, doctor, one, other):
    found = Patient.objects.create(full_name=f"{one} Test", created_by=doctor)
    client.force_login(doctor)
    listed = client.get(reverse("patient_list"), {"q": other})
    assert list(listed.context["page"]) == [found]
    again = client.post(reverse("patient_create"), {"full_name": f"{other} Test"})
    assert list(again.context["same"]) == [found]
    assert Patient.objects.count() == 1


def test_the_guard_knows_surname_first(client, doctor, record):
    client.force_login(doctor)
    again = client.post(reverse("patient_create"), {"full_name": "LEFEVRE Marie"})
    assert list(again.context["same"]) == [record]


BLANKS = [
    ("O Brien Anna", "Anna O'Brien"),
    ("O Brien Anna", "O’Brien Anna"),
    ("Al Masri Omar", "Al-Masri Omar"),
]


@pytest.mark.parametrize(("stored", "typed"), BLANKS)
def test_a_mark_that_is_typed_finds_a_blank(doctor, stored, typed):
    """Who has the name from a passport types the mark; the record was made without."""
    found = Patient.objects.create(full_name=stored, created_by=doctor)
    assert Patient.objects.search(typed).get() == found


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("Almasri Omar", "Al-Masri Omar"),
        ("Al Masri Omar", "ALMASRI OMAR"),
        ("Anna O Brien", "Anna OBrien"),
        ("Marie Dupont", "DUPONT, Marie"),
        ("Dupont, Marie", "Marie Dupont"),
    ],
)
def test_the_guard_takes_no_notice_of_blanks_and_commas(client, doctor, stored, typed):
    """Else one person has two records, with half of the photographs in each."""
    found = Patient.objects.create(full_name=stored, file_number="77", created_by=doctor)
    client.force_login(doctor)
    again = client.post(reverse("patient_create"), {"full_name": typed})
    assert list(again.context["same"]) == [found]


def test_a_file_number_with_a_hyphen_is_looked_for_as_one(doctor):
    """In two words, A-12 would be everybody with an "a" and a 12: he is on the tenth page."""
    found = Patient.objects.create(full_name="Zoé", file_number="A-12", created_by=doctor)
    Patient.objects.create(full_name="Anna", file_number="2512", created_by=doctor)
    assert Patient.objects.search("a‑12").get() == found


def test_the_guard_is_silent_about_half_a_name(client, doctor, record):
    """A warning at every Marie is a warning that nobody reads."""
    client.force_login(doctor)
    response = client.post(reverse("patient_create"), {"full_name": "Mari Lefev"})
    assert response.status_code == 302


def test_the_admin_finds_it_too(client, staff, record, consultation):
    staff.is_superuser = True
    staff.save()
    client.force_login(staff)
    Patient.objects.filter(pk=record.pk).update(full_name="Søren O’Brien")
    Patient.objects.get(pk=record.pk).save()
    consultation.diagnosis = "Mélanome"
    consultation.save()
    for name, query in (
        ("patient", "soren o'brien"),
        ("patient", "Søren"),
        ("patient", record.email or "obrien"),
        ("consultation", "o‘brien mélanome"),
    ):
        listed = client.get(reverse(f"admin:consultations_{name}_changelist"), {"q": query})
        assert listed.context["cl"].result_count == 1, query
    listed = client.get(reverse("admin:consultations_patient_changelist"), {"q": "soren petit"})
    assert listed.context["cl"].result_count == 0


def test_keys_of_before_the_upgrade_are_written_anew(record):
    fold = import_module("consultations.migrations.0010_fold_search_keys").fold
    Patient.objects.filter(pk=record.pk).update(full_name="Łucja O’Neil", search_key="łucja o’neil")
    fold(apps, SimpleNamespace(connection=connection))
    assert Patient.objects.search("lucja o'neil").get() == record


def test_what_does_not_differ_is_not_written(record):
    """Keys without a file number ended in a blank: a million rows would be written for nothing."""
    fold = import_module("consultations.migrations.0010_fold_search_keys").fold
    Patient.objects.update(full_name="Jean Petit", file_number="", search_key="jean petit ")
    fold(apps, SimpleNamespace(connection=connection))
    assert Patient.objects.get().search_key == "jean petit "


def test_a_name_of_ligatures_fits_its_column(doctor):
    """PostgreSQL would else answer 500."""
    Patient.objects.create(full_name="\ufdfa" * 150, created_by=doctor)
