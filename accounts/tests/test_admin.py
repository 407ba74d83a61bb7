"""Accounts in the admin: staff who manage accounts cannot grant rights, not even to themselves."""

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
def account_manager(staff):
    """Staff who may add, change and delete accounts."""
    staff.user_permissions.set(Permission.objects.filter(content_type__model="user"))
    return staff


@pytest.fixture
def root():
    return make_user("root@example.org", full_name="Root", is_staff=True, is_superuser=True)


def change_form(account, **changes):
    stored_fields = {
        name: getattr(account, name) for name in ("email", "full_name", "role", "language")
    }
    return stored_fields | {"is_active": "on"} | changes


def test_account_manager_cannot_grant_rights(page, account_manager, doctor):
    rights = {"is_staff": "on", "is_superuser": "on", "user_permissions": ["1"]}
    changed = change_form(doctor, full_name="Dr Claire Blanc", **rights)
    assert page(account_manager).post(f"{ROOT}/{doctor.pk}/change/", changed).status_code == 302
    doctor.refresh_from_db()
    assert doctor.full_name == "Dr Claire Blanc"
    assert not (doctor.is_staff)
    assert not (doctor.is_superuser)
    assert not doctor.user_permissions.exists()


def test_account_manager_cannot_become_superuser(page, account_manager):
    """Otherwise a receptionist could read every patient's record."""
    form = change_form(account_manager, is_staff="on", is_superuser="on")
    assert (
        page(account_manager).post(f"{ROOT}/{account_manager.pk}/change/", form).status_code == 403
    )
    assert not User.objects.filter(is_superuser=True).exists()


@pytest.mark.parametrize("action", ["change", "password", "delete", "delete_selected"])
def test_account_manager_cannot_change_a_superuser(page, account_manager, root, action):
    """Setting a superuser's password would give them the superuser's rights."""
    admin = page(account_manager)
    if action == "delete_selected":
        admin.post(f"{ROOT}/", {"action": action, "_selected_action": [root.pk], "post": "yes"})
    else:
        body = {"change": change_form(root, email="mine@example.org"), "password": NEW}
        answer = admin.post(f"{ROOT}/{root.pk}/{action}/", body.get(action, {"post": "yes"}))
        assert answer.status_code == 403
    unchanged = User.objects.get(pk=root.pk)
    assert (unchanged.email, unchanged.password) == (root.email, root.password)


def test_superuser_can_grant_rights(page, root, doctor):
    form = change_form(doctor, is_staff="on")
    assert page(root).post(f"{ROOT}/{doctor.pk}/change/", form).status_code == 302
    assert User.objects.get(pk=doctor.pk).is_staff


def test_staff_cannot_add_rights_to_their_own_group(page, staff):
    """Staff who may change groups could otherwise add every permission to their own group."""
    group = Group.objects.create(name="Reception")
    group.permissions.set(Permission.objects.filter(content_type__model="group"))
    staff.groups.add(group)
    all_permissions = [str(key) for key in Permission.objects.values_list("pk", flat=True)]
    admin, body = page(staff), {"name": "Reception", "permissions": all_permissions}
    assert admin.get("/admin/auth/group/").status_code == 200, "they may view groups"
    assert admin.post(f"/admin/auth/group/{group.pk}/change/", body).status_code == 403
    assert admin.post("/admin/auth/group/add/", body | {"name": "Mine"}).status_code == 403
    assert admin.post(f"/admin/auth/group/{group.pk}/delete/", {"post": "yes"}).status_code == 403
    assert not User.objects.get(pk=staff.pk).has_perm("accounts.change_user")


def test_superuser_can_create_groups(page, root):
    body = {"name": "Reception", "permissions": []}
    assert page(root).post("/admin/auth/group/add/", body).status_code == 302
    assert Group.objects.filter(name="Reception").exists()


def test_stored_tokens_are_blank_and_not_listed_in_the_admin(client, page, doctor, root):
    """Anyone who can list the tokens, or has a backup of the database, could otherwise act as any
    doctor, bypassing the second factor."""
    body = {"email": doctor.email, "password": PASSWORD}
    for step in ("", "/refresh", "/blacklist"):
        answer = client.post(f"/api/v1/auth/token{step}", body, "application/json")
        assert answer.status_code == 200
        body = {"refresh": answer.json().get("refresh")}
    rows = OutstandingToken.objects.all()
    assert len(rows) == 2
    assert [row.token for row in rows] == ["", ""]
    for model in ("outstandingtoken", "blacklistedtoken"):
        for path in ("", f"{rows[0].pk}/change/"):
            assert page(root).get(f"/admin/token_blacklist/{model}/{path}").status_code == 404


@pytest.mark.parametrize("typed", ["soren o'brien", "Søren", "OBRIEN soren", "so.brien@"])
@pytest.mark.parametrize("model", ["accounts_user", "gallery_storagequota"])
def test_admin_search_finds_an_account_by_any_spelling(page, root, model, typed):
    """Otherwise one person gets a second account, with a second gallery."""
    user = make_user("so.brien@example.org", full_name="Sören O’Brien")
    user.full_name = "Søren O’Brien"
    user.save(update_fields=["full_name"])
    StorageQuota.objects.of(user.pk)
    listed = page(root).get(reverse(f"admin:{model}_changelist"), {"q": typed})
    assert [getattr(row, "user", row) for row in listed.context["cl"].queryset] == [user]


def test_migration_fills_the_search_key_of_existing_accounts():
    fold = import_module("accounts.migrations.0003_search_key").fold
    user = make_user("lucja@example.org", full_name="Łucja")
    User.objects.update(search_key="")
    fold(apps, SimpleNamespace(connection=connection))
    user.refresh_from_db()
    assert "lucja" in user.search_key
