"""SECOND_FACTOR_REQUIRED, and how an operator helps a user who lost their factor and codes."""

import pytest
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from accounts.models import User
from accounts.second_factor.rules import check_required_roles, requires_second_factor
from audit.models import Action
from testing.cast import PASSWORD, make_user
from testing.totp import code_of

from .test_second_factor_pages import SET_UP, shown_codes, shown_secret

pytestmark = pytest.mark.alike
BACKEND = "django.contrib.auth.backends.ModelBackend"
KINDS = ("doctor", "patient", "staff", "doctor in the admin")


@pytest.mark.parametrize(
    ("required", "expected"),
    [
        ([], set()),
        (["none"], set()),
        (["staff"], {"staff", "doctor in the admin"}),
        (["doctor"], {"doctor", "doctor in the admin"}),
        (["doctor", "patient"], {"doctor", "patient", "doctor in the admin"}),
        (["everyone"], set(KINDS)),
    ],
)
def test_setting_says_which_roles_need_a_factor(required, expected, settings):
    settings.SECOND_FACTOR_REQUIRED = required
    people = dict(
        zip(
            KINDS,
            (
                User(role="doctor"),
                User(role="patient"),
                User(role="staff"),
                User(role="doctor", is_staff=True),
            ),
            strict=True,
        )
    )
    assert {name for name, user in people.items() if requires_second_factor(user)} == expected


@pytest.mark.parametrize("required", [["doctors"], ["staff", "patinet"], ["Everyone"]])
def test_unknown_role_in_the_setting_is_refused_at_start(required, settings):
    settings.SECOND_FACTOR_REQUIRED = required
    with pytest.raises(ImproperlyConfigured):
        check_required_roles()


def test_user_without_a_required_factor_reaches_only_the_set_up(client, doctor, image, settings):
    settings.SECOND_FACTOR_REQUIRED = ["doctor"]
    body = {"username": doctor.email, "password": PASSWORD, "next": "/patients/"}
    assert client.post("/accounts/login/", body)["Location"] == "/patients/"
    for path in (
        "/",
        "/gallery/",
        f"/consultations/images/{image.pk}/",
        f"/consultations/images/{image.pk}/file/original/",
        "/accounts/security/",
        "/accounts/password/",
        "/accounts/profile/",
        "/admin/",
        "/admin/logout/",
    ):
        answer = client.get(path)
        assert answer.status_code in (302, 404), path
        if answer.status_code == 302:
            assert answer["Location"].startswith(SET_UP), path
    for path in ("/api/v1/patients", "/api/v1/gallery", "/api/schema"):
        refused = client.get(path)
        assert refused.status_code == 403
        assert refused.json()["errors"][0]["code"] == "otp_setup_required"
    assert client.post("/gallery/download/", {})["Location"] == SET_UP

    set_up_url = client.get("/patients/")["Location"]
    page = client.get(set_up_url).content.decode()
    assert 'name="next" value="/patients/"' in page
    assert "top-nav" not in page, "no navigation that would only lead back here"
    body = {"code": code_of(shown_secret(client)), "next": "/patients/"}
    answer = client.post(SET_UP, body)
    assert shown_codes(answer)
    assert 'href="/patients/"' in answer.content.decode()
    assert client.get("/patients/").status_code == 200


def test_user_without_a_required_factor_can_log_out(client, doctor, settings):
    settings.SECOND_FACTOR_REQUIRED = ["everyone"]
    client.force_login(doctor, backend=BACKEND)
    assert client.post("/accounts/logout/")["Location"] == "/accounts/login/"
    assert client.get("/")["Location"].startswith("/accounts/login/")


def test_admin_redirects_to_set_up_without_a_required_factor(client, staff, settings):
    settings.SECOND_FACTOR_REQUIRED = ["staff"]
    client.force_login(staff, backend=BACKEND)
    assert client.get("/admin/")["Location"].startswith(SET_UP)


def test_api_answers_403_without_a_required_factor(client, doctor, settings):
    login = {"email": doctor.email, "password": PASSWORD}

    def post(path, body):
        return client.post(path, body, content_type="application/json")

    pair = post("/api/v1/auth/token", login).json()
    settings.SECOND_FACTOR_REQUIRED = ["doctor"]
    for answer in (
        post("/api/v1/auth/token", login),
        post("/api/v1/auth/token/refresh", {"refresh": pair["refresh"]}),
        client.get("/api/v1/gallery", headers={"Authorization": f"Bearer {pair['access']}"}),
    ):
        assert answer.status_code == 403
        assert answer.json()["errors"][0]["code"] == "otp_setup_required"


@pytest.fixture
def root(client, db):
    user = make_user("root@example.org", role="staff", is_staff=True, is_superuser=True)
    client.force_login(user, backend=BACKEND)
    return user


def test_superuser_can_remove_a_lost_factor(
    client, doctor, factor, root, audit_events, django_capture_on_commit_callbacks
):
    factor(doctor)
    change = f"/admin/accounts/user/{doctor.pk}/change/"
    remove = f"/admin/accounts/user/{doctor.pk}/second-factor/"
    assert remove in client.get(change).content.decode()
    assert client.get("/admin/accounts/user/?second_factor_since__isempty=0").status_code == 200
    client.get(remove)
    doctor.refresh_from_db()
    assert doctor.second_factor_since, "a GET removes nothing"
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(remove)["Location"] == change
    doctor.refresh_from_db()
    assert doctor.second_factor_since is None
    (event,) = audit_events(action=Action.FACTOR_OFF)
    assert (event.actor_id, event.owner_id, event.detail) == (root.pk, doctor.pk, {"admin": True})
    (letter,) = mail.outbox
    assert letter.to == [doctor.email]
    assert "cabinet" in letter.body


def test_staff_without_superuser_cannot_remove_a_factor(client, staff, doctor, factor):
    from django.contrib.auth.models import Permission

    staff.user_permissions.set(Permission.objects.filter(content_type__app_label="accounts"))
    factor(doctor)
    client.force_login(staff, backend=BACKEND)
    assert client.get(f"/admin/accounts/user/{doctor.pk}/change/").status_code == 200
    remove = f"/admin/accounts/user/{doctor.pk}/second-factor/"
    assert client.post(remove).status_code == 403
    doctor.refresh_from_db()
    assert doctor.second_factor_since


def test_admin_does_not_list_second_factor_devices(client, root):
    """django-otp's own admin pages would show it to everybody with their permission."""
    index = client.get("/admin/").content.decode()
    assert "otp_totp" not in index
    assert "otp_static" not in index
    assert client.get("/admin/otp_totp/totpdevice/").status_code == 404


def test_command_removes_a_superusers_factor(root, factor, audit_events):
    factor(root)
    call_command("remove_second_factor", "ROOT@example.org")
    root.refresh_from_db()
    assert root.second_factor_since is None
    (event,) = audit_events(action=Action.FACTOR_OFF)
    assert (event.actor_role, event.owner_id) == ("system", root.pk)
    for email in ("root@example.org", "nobody@example.org"):
        with pytest.raises(CommandError):
            call_command("remove_second_factor", email)
