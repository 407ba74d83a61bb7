"""The audit log in the admin: events name the people behind the ids."""

import pytest
from django.contrib.auth.models import Permission

from audit import chain
from audit.trail import Action, record

LIST_URL = "/admin/audit/event/"


@pytest.fixture
def login_events(doctor, other_doctor):
    for actor in (doctor, other_doctor):
        record(Action.LOGIN, actor=actor)
    chain.flush_pending()


def test_log_names_the_actor_and_filters_by_actor(page, superuser, doctor, login_events):
    admin = page(superuser)
    listing = admin.get(LIST_URL).content.decode()
    assert f'<a href="/admin/accounts/user/{doctor.pk}/change/">Dr Claire Rousseau</a>' in listing
    account = admin.get(f"/admin/accounts/user/{doctor.pk}/change/").content.decode()
    filtered_url = f"{LIST_URL}?actor_id={doctor.pk}"
    assert filtered_url in account
    filtered = admin.get(filtered_url).content.decode()
    assert "Dr Claire Rousseau" in filtered
    assert "Dr Paul Meyer" not in filtered


def test_log_shows_only_ids_without_permission_to_view_accounts(page, staff, doctor, login_events):
    staff.user_permissions.add(Permission.objects.get(codename="view_event"))
    listing = page(staff).get(LIST_URL).content.decode()
    assert f'<td class="field-who">{doctor.pk}</td>' in listing
    assert "Rousseau" not in listing


def test_event_of_a_deleted_account_keeps_its_id(page, superuser, doctor, login_events):
    number = doctor.pk
    doctor.delete()
    assert f'<td class="field-who">{number}</td>' in page(superuser).get(LIST_URL).content.decode()
