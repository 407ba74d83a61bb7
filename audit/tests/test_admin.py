"""The log in the admin. At two in the morning "3" is nobody."""

import pytest
from django.contrib.auth.models import Permission

from audit import chain
from audit.trail import Action, record

PLACE = "/admin/audit/event/"


@pytest.fixture
def login(doctor, other_doctor):
    for actor in (doctor, other_doctor):
        record(Action.LOGIN, actor=actor)
    chain.flush_pending()


def test_names_who_and_finds_what_they_did(page, superuser, doctor, login):
    admin = page(superuser)
    everything = admin.get(PLACE).content.decode()
    assert (
        f'<a href="/admin/accounts/user/{doctor.pk}/change/">Dr Claire Rousseau</a>' in everything
    )
    account = admin.get(f"/admin/accounts/user/{doctor.pk}/change/").content.decode()
    place = f"{PLACE}?actor_id={doctor.pk}"
    assert place in account
    theirs = admin.get(place).content.decode()
    assert "Dr Claire Rousseau" in theirs
    assert "Dr Paul Meyer" not in theirs


def test_numbers_alone_for_whoever_may_not_see_accounts(page, staff, doctor, login):
    staff.user_permissions.add(Permission.objects.get(codename="view_event"))
    shown = page(staff).get(PLACE).content.decode()
    assert f'<td class="field-who">{doctor.pk}</td>' in shown
    assert "Rousseau" not in shown


def test_an_account_that_is_gone_keeps_its_number(page, superuser, doctor, login):
    number = doctor.pk
    doctor.delete()
    assert f'<td class="field-who">{number}</td>' in page(superuser).get(PLACE).content.decode()
