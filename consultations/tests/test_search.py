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


def test_the_guard_is_silent_about_half_a_name(client, doctor, record):
    """A warning at every Marie is a warning that nobody reads."""
    client.force_login(doctor)
    response = client.post(reverse("patient_create"), {"full_name": "Mari Lefev"})
    assert response.status_code == 302


def test_the_admin_finds_it_too(client, staff, record):
    staff.is_superuser = True
    staff.save()
    client.force_login(staff)
    Patient.objects.filter(pk=record.pk).update(full_name="Søren O’Brien")
    Patient.objects.get(pk=record.pk).save()
    for query in ("soren o'brien", "Søren", record.email or "obrien"):
        listed = client.get(reverse("admin:consultations_patient_changelist"), {"q": query})
        assert listed.context["cl"].result_count == 1, query


def test_keys_of_before_the_upgrade_are_written_anew(record):
    fold = import_module("consultations.migrations.0010_fold_search_keys").fold
    Patient.objects.filter(pk=record.pk).update(full_name="Łucja O’Neil", search_key="łucja o’neil")
    fold(apps, SimpleNamespace(connection=connection))
    assert Patient.objects.search("lucja o'neil").get() == record


def test_a_name_of_ligatures_fits_its_column(doctor):
    """PostgreSQL would else answer 500."""
    Patient.objects.create(full_name="\ufdfa" * 150, created_by=doctor)
