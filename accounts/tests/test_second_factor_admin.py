"""SECOND_FACTOR_REQUIRED at the admin's door, whose people have several roles at once.

Lost would be the whole practice's record, to one password.
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
WHO = {
    "superuser": {"role": "staff", "is_staff": True, "is_superuser": True},
    "superuser who is a doctor": {"role": "doctor", "is_staff": True, "is_superuser": True},
    "staff": {"role": "staff", "is_staff": True},
    "doctor in the admin": {"role": "doctor", "is_staff": True},
    "patient in the admin": {"role": "patient", "is_staff": True},
}
DOCTORS = {"superuser who is a doctor", "doctor in the admin"}
# SECOND_FACTOR_REQUIRED: who of them is sent to set one up.
REQUIRED = {
    "none": set(),
    "staff": set(WHO),
    "everyone": set(WHO),
    "doctor": DOCTORS,
    "patient": {"patient in the admin"},
    "doctor,patient": DOCTORS | {"patient in the admin"},
}


@pytest.fixture
def somebody(db):
    """`somebody(who)`: with every permission, so that nothing but the factor is in the way."""

    def make(who):
        user = make_user("somebody@example.org", full_name="Somebody", **WHO[who])
        user.user_permissions.set(Permission.objects.all())
        return user

    return make


@pytest.fixture
def target(doctor):
    """What somebody at the admin's door is after: an account, and how it would be changed."""
    place = f"/admin/accounts/user/{doctor.pk}"
    listed = {"action": "delete_selected", "_selected_action": [doctor.pk], "post": "yes"}
    added = {"email": "new@example.org", "full_name": "New", "role": "doctor",
             "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}  # fmt: skip
    return SimpleNamespace(
        user=doctor,
        page=f"{place}/change/",
        writes=[("/admin/accounts/user/add/", added), ("/admin/accounts/user/", listed)],
    )


def enter(client, user, secret=None):
    """Through the admin's own door. Returns where one is sent then."""
    door = client.get(client.get("/admin/")["Location"])["Location"]
    body = {"username": user.email, "password": PASSWORD, "next": "/admin/"}
    sent = client.post(door, body)["Location"]
    if secret:
        assert sent == f"{CODE}?next=%2Fadmin%2F"
        sent = client.post(sent, {"code": code_of(secret), "next": "/admin/"})["Location"]
    return sent


@pytest.mark.parametrize("with_factor", [False, True], ids=["without", "with"])
@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("required", REQUIRED)
def test_who_is_sent_to_the_set_up(required, who, with_factor, client, somebody, factor, settings):
    user = somebody(who)
    secret = factor(user).secret if with_factor else None
    settings.SECOND_FACTOR_REQUIRED = required.split(",")
    assert enter(client, user, secret) == "/admin/"
    answer = client.get("/admin/")
    if who in REQUIRED[required] and not with_factor:
        assert answer["Location"] == f"{SET_UP}?next=%2Fadmin%2F"
    else:
        assert answer.status_code == 200


@pytest.mark.parametrize("who", WHO)
def test_a_factor_is_asked_for_whether_required_or_not(who, client, somebody, factor):
    """The password alone opens no door to whoever has one."""
    user = somebody(who)
    factor(user)
    assert enter(client, user).startswith(CODE)
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    client.force_login(user, backend=BACKEND)  # a session that somebody got without the code
    assert client.get("/admin/")["Location"].startswith("/admin/login/")


def addresses(patterns, before="/admin/"):
    """Everything that the admin answers to, with 1 for what a path names."""
    for one in patterns:
        if isinstance(one, URLResolver):
            path = re.sub(r"<[^>]+>", "1", str(one.pattern))
            yield from addresses(one.url_patterns, before + path)
        elif not isinstance(one.pattern, RegexPattern):
            yield before + re.sub(r"<[^>]+>", "1", str(one.pattern))


@pytest.mark.parametrize("who", ["superuser", "doctor in the admin"])
def test_nothing_of_the_admin_is_read_or_written_before(
    who, client, somebody, target, told, settings
):
    settings.SECOND_FACTOR_REQUIRED = ["staff"]
    user = somebody(who)
    enter(client, user)
    everything = [*addresses(admin.site.get_urls()), "/admin/accounts/", "/admin/nothing/here/"]
    assert {"/admin/", "/admin/accounts/user/1/second-factor/", "/admin/autocomplete/"} <= set(
        everything
    )
    for path in [*everything, target.page]:
        for method in ("get", "head", "post", "put", "patch", "delete", "options"):
            answer = getattr(client, method)(path)
            assert answer.status_code == 302, (method, path)
            assert answer["Location"].startswith(SET_UP), (method, path)
    before = {person.email for person in User.objects.all()}
    for path, body in target.writes:
        assert client.post(path, body)["Location"] == SET_UP
    assert {person.email for person in User.objects.all()} == before
    assert not told(action=Action.CREATED)

    secret = shown_secret(client)
    done = client.post(SET_UP, {"code": code_of(secret), "next": "/admin/"})
    assert 'href="/admin/"' in done.content.decode()
    assert client.get(target.page).status_code == 200, "now it is only a matter of permissions"
    path, body = target.writes[0]
    assert client.post(path, body).status_code == 302
    assert {person.email for person in User.objects.all()} == before | {"new@example.org"}


def test_who_is_let_into_the_admin_in_the_middle_of_a_session(client, doctor, settings):
    """A session from before would else walk in on a password."""
    settings.SECOND_FACTOR_REQUIRED = ["staff"]
    client.post("/accounts/login/", {"username": doctor.email, "password": PASSWORD})
    assert client.get("/").status_code == 200
    User.objects.filter(pk=doctor.pk).update(is_staff=True)
    assert client.get("/admin/")["Location"].startswith(SET_UP)
    assert client.get("/")["Location"].startswith(SET_UP)
