"""Accounts in the admin: whoever looks after them gives nobody rights, least of all themselves."""

import pytest
from django.contrib.auth.models import Permission

from accounts.models import User
from conftest import make_user

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
