"""Accounts in the admin: whoever looks after them gives nobody rights, least of all themselves."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.urls import reverse
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from accounts.models import User
from gallery.models import StorageQuota
from testing.cast import PASSWORD, make_user

pytestmark = pytest.mark.django_db
ROOT = "/admin/accounts/user"
NEW = {"password1": "battery staple horse", "password2": "battery staple horse"}


@pytest.fixture
def helper(staff):
    """Staff who may add, change and delete accounts."""
    staff.user_permissions.set(Permission.objects.filter(content_type__model="user"))
    return staff


@pytest.fixture
def root():
    return make_user("root@example.org", full_name="Root", is_staff=True, is_superuser=True)


def saved(account, **changes):
    said = {name: getattr(account, name) for name in ("email", "full_name", "role", "language")}
    return said | {"is_active": "on"} | changes


def test_rights_are_not_theirs_to_give(page, helper, doctor):
    rights = {"is_staff": "on", "is_superuser": "on", "user_permissions": ["1"]}
    changed = saved(doctor, full_name="Dr Claire Blanc", **rights)
    assert page(helper).post(f"{ROOT}/{doctor.pk}/change/", changed).status_code == 302
    doctor.refresh_from_db()
    assert doctor.full_name == "Dr Claire Blanc"
    assert not (doctor.is_staff)
    assert not (doctor.is_superuser)
    assert not doctor.user_permissions.exists()


def test_they_do_not_make_themselves_a_superuser(page, helper):
    """Or one who answers the telephone reads every patient's record."""
    asked = saved(helper, is_staff="on", is_superuser="on")
    assert page(helper).post(f"{ROOT}/{helper.pk}/change/", asked).status_code == 403
    assert not User.objects.filter(is_superuser=True).exists()


@pytest.mark.parametrize("what", ["change", "password", "delete", "delete_selected"])
def test_who_has_rights_is_left_alone(page, helper, root, what):
    """A password that they set would be a way into the rights of another."""
    admin = page(helper)
    if what == "delete_selected":
        admin.post(f"{ROOT}/", {"action": what, "_selected_action": [root.pk], "post": "yes"})
    else:
        body = {"change": saved(root, email="mine@example.org"), "password": NEW}
        answer = admin.post(f"{ROOT}/{root.pk}/{what}/", body.get(what, {"post": "yes"}))
        assert answer.status_code == 403
    after = User.objects.get(pk=root.pk)
    assert (after.email, after.password) == (root.email, root.password)


def test_a_superuser_gives_rights(page, root, doctor):
    asked = saved(doctor, is_staff="on")
    assert page(root).post(f"{ROOT}/{doctor.pk}/change/", asked).status_code == 302
    assert User.objects.get(pk=doctor.pk).is_staff


def test_a_group_of_their_own_gives_them_nothing(page, staff):
    """Who may change groups would put every right into the one that they are in."""
    group = Group.objects.create(name="Reception")
    group.permissions.set(Permission.objects.filter(content_type__model="group"))
    staff.groups.add(group)
    every = [str(key) for key in Permission.objects.values_list("pk", flat=True)]
    admin, body = page(staff), {"name": "Reception", "permissions": every}
    assert admin.get("/admin/auth/group/").status_code == 200, "they may look"
    assert admin.post(f"/admin/auth/group/{group.pk}/change/", body).status_code == 403
    assert admin.post("/admin/auth/group/add/", body | {"name": "Mine"}).status_code == 403
    assert admin.post(f"/admin/auth/group/{group.pk}/delete/", {"post": "yes"}).status_code == 403
    assert not User.objects.get(pk=staff.pk).has_perm("accounts.change_user")


def test_a_superuser_makes_groups(page, root):
    body = {"name": "Reception", "permissions": []}
    assert page(root).post("/admin/auth/group/add/", body).status_code == 302
    assert Group.objects.filter(name="Reception").exists()


def test_nobody_reads_another_persons_tokens(client, page, doctor, root):
    """Whoever may look at the list of tokens would be any doctor, second factor and all; so would
    whoever has a backup of the database."""
    asked = {"email": doctor.email, "password": PASSWORD}
    for step in ("", "/refresh", "/blacklist"):
        told = client.post(f"/api/v1/auth/token{step}", asked, "application/json")
        assert told.status_code == 200
        asked = {"refresh": told.json().get("refresh")}
    kept = OutstandingToken.objects.all()
    assert len(kept) == 2
    assert [row.token for row in kept] == ["", ""]
    for model in ("outstandingtoken", "blacklistedtoken"):
        for path in ("", f"{kept[0].pk}/change/"):
            assert page(root).get(f"/admin/token_blacklist/{model}/{path}").status_code == 404


@pytest.mark.parametrize("typed", ["soren o'brien", "Søren", "OBRIEN soren", "so.brien@"])
@pytest.mark.parametrize("model", ["accounts_user", "gallery_storagequota"])
def test_an_account_is_found_however_it_is_spelt(page, root, model, typed):
    """Else a second account is made for one person, with a gallery of its own."""
    user = make_user("so.brien@example.org", full_name="Sören O’Brien")
    user.full_name = "Søren O’Brien"
    user.save(update_fields=["full_name"])
    StorageQuota.objects.of(user.pk)
    listed = page(root).get(reverse(f"admin:{model}_changelist"), {"q": typed})
    assert [getattr(row, "user", row) for row in listed.context["cl"].queryset] == [user]


def test_accounts_of_before_the_upgrade_are_found():
    fold = import_module("accounts.migrations.0003_search_key").fold
    user = make_user("lucja@example.org", full_name="Łucja")
    User.objects.update(search_key="")
    fold(apps, SimpleNamespace(connection=connection))
    user.refresh_from_db()
    assert "lucja" in user.search_key
