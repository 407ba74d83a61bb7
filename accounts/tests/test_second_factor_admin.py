"""SECOND_FACTOR_REQUIRED in the admin, whose users have several roles at once.

If it failed, one password would expose the whole practice's records.
"""

import re
from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.urls import URLResolver
from django.urls.resolvers import RegexPattern

from accounts.models import User
from audit.models import Action
from testing.cast import PASSWORD, make_user
from testing.totp import code_of

from .test_second_factor_pages import SET_UP, shown_secret

pytestmark = pytest.mark.alike
CODE = "/accounts/login/code/"
BACKEND = "django.contrib.auth.backends.ModelBackend"
ADMIN_USERS = {
    "superuser": {"role": "staff", "is_staff": True, "is_superuser": True},
    "superuser who is a doctor": {"role": "doctor", "is_staff": True, "is_superuser": True},
    "staff": {"role": "staff", "is_staff": True},
    "doctor in the admin": {"role": "doctor", "is_staff": True},
    "patient in the admin": {"role": "patient", "is_staff": True},
}
DOCTORS = {"superuser who is a doctor", "doctor in the admin"}
# Value of SECOND_FACTOR_REQUIRED: who of WHO must set one up.
REQUIRED = {
    "none": set(),
    "staff": set(ADMIN_USERS),
    "everyone": set(ADMIN_USERS),
    "doctor": DOCTORS,
    "patient": {"patient in the admin"},
    "doctor,patient": DOCTORS | {"patient in the admin"},
}


@pytest.fixture
def make_admin_user(db):
    """`make_admin_user(who)`: with every permission, so that only the factor can refuse."""

    def make_with_all_permissions(kind):
        user = make_user("somebody@example.org", full_name="Somebody", **ADMIN_USERS[kind])
        user.user_permissions.set(Permission.objects.all())
        return user

    return make_with_all_permissions


@pytest.fixture
def target(doctor):
    """An account that an intruder would go for, and requests that would change accounts."""
    account_url = f"/admin/accounts/user/{doctor.pk}"
    delete_form = {"action": "delete_selected", "_selected_action": [doctor.pk], "post": "yes"}
    add_form = {"email": "new@example.org", "full_name": "New", "role": "doctor",
             "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}  # fmt: skip
    return SimpleNamespace(
        user=doctor,
        page=f"{account_url}/change/",
        writes=[("/admin/accounts/user/add/", add_form), ("/admin/accounts/user/", delete_form)],
    )


def log_in_through_admin(client, user, secret=None):
    """Log in through the admin's login URL. Returns where the login redirects to."""
    login_url = client.get(client.get("/admin/")["Location"])["Location"]
    body = {"username": user.email, "password": PASSWORD, "next": "/admin/"}
    location = client.post(login_url, body)["Location"]
    if secret:
        assert location == f"{CODE}?next=%2Fadmin%2F"
        location = client.post(location, {"code": code_of(secret), "next": "/admin/"})["Location"]
    return location


@pytest.mark.parametrize("with_factor", [False, True], ids=["without", "with"])
@pytest.mark.parametrize("kind", ADMIN_USERS)
@pytest.mark.parametrize("required", REQUIRED)
def test_required_roles_without_a_factor_are_redirected_to_set_up(
    required, kind, with_factor, client, make_admin_user, factor, settings
):
    user = make_admin_user(kind)
    secret = factor(user).secret if with_factor else None
    settings.SECOND_FACTOR_REQUIRED = required.split(",")
    assert log_in_through_admin(client, user, secret) == "/admin/"
    answer = client.get("/admin/")
    if kind in REQUIRED[required] and not with_factor:
        assert answer["Location"] == f"{SET_UP}?next=%2Fadmin%2F"
    else:
        assert answer.status_code == 200


@pytest.mark.parametrize("kind", ADMIN_USERS)
def test_admin_login_asks_for_an_existing_factor(kind, client, make_admin_user, factor):
    """For a user who has a factor, the password alone is not enough."""
    user = make_admin_user(kind)
    factor(user)
    assert log_in_through_admin(client, user).startswith(CODE)
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    client.force_login(user, backend=BACKEND)  # a session created without the code
    assert client.get("/admin/")["Location"].startswith("/admin/login/")


def admin_paths(patterns, prefix="/admin/"):
    """Every path of the admin, with 1 for each parameter."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            path = re.sub(r"<[^>]+>", "1", str(pattern.pattern))
            yield from admin_paths(pattern.url_patterns, prefix + path)
        elif not isinstance(pattern.pattern, RegexPattern):
            yield prefix + re.sub(r"<[^>]+>", "1", str(pattern.pattern))


@pytest.mark.parametrize("kind", ["superuser", "doctor in the admin"])
def test_every_admin_url_redirects_to_set_up_until_it_is_done(
    kind, client, make_admin_user, target, audit_events, settings
):
    settings.SECOND_FACTOR_REQUIRED = ["staff"]
    user = make_admin_user(kind)
    log_in_through_admin(client, user)
    paths = [*admin_paths(admin.site.get_urls()), "/admin/accounts/", "/admin/nothing/here/"]
    assert {"/admin/", "/admin/accounts/user/1/second-factor/", "/admin/autocomplete/"} <= set(
        paths
    )
    for path in [*paths, target.page]:
        for method in ("get", "head", "post", "put", "patch", "delete", "options"):
            answer = getattr(client, method)(path)
            assert answer.status_code == 302, (method, path)
            assert answer["Location"].startswith(SET_UP), (method, path)
    emails_before = {person.email for person in User.objects.all()}
    for path, body in target.writes:
        assert client.post(path, body)["Location"] == SET_UP
    assert {person.email for person in User.objects.all()} == emails_before
    assert not audit_events(action=Action.CREATED)

    secret = shown_secret(client)
    answer = client.post(SET_UP, {"code": code_of(secret), "next": "/admin/"})
    assert 'href="/admin/"' in answer.content.decode()
    assert client.get(target.page).status_code == 200, "after the set-up only permissions decide"
    path, body = target.writes[0]
    assert client.post(path, body).status_code == 302
    assert {person.email for person in User.objects.all()} == emails_before | {"new@example.org"}


def test_gaining_admin_access_during_a_session_requires_set_up(client, doctor, settings):
    """Otherwise an existing session would get in with only a password."""
    settings.SECOND_FACTOR_REQUIRED = ["staff"]
    client.post("/accounts/login/", {"username": doctor.email, "password": PASSWORD})
    assert client.get("/").status_code == 200
    User.objects.filter(pk=doctor.pk).update(is_staff=True)
    assert client.get("/admin/")["Location"].startswith(SET_UP)
    assert client.get("/")["Location"].startswith(SET_UP)
