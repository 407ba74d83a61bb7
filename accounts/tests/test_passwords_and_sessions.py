"""Weak passwords, sessions that end, cookies, and the audit events of password changes."""

import json
import subprocess
import sys

import pytest
from django.conf import settings as configured
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from audit.models import Action
from testing.cast import PASSWORD, make_user
from tools.servers import web

pytestmark = pytest.mark.alike
CHANGE = "/accounts/password/"


def password_form(password, old=PASSWORD):
    return {"old_password": old, "new_password1": password, "new_password2": password}


@pytest.mark.parametrize(
    "weak", ["short1", "password123", "1029384756", "claire.rousseau", "doctor@example.org"]
)
def test_a_weak_password_is_refused_on_the_page(page, doctor, weak):
    refused = page(doctor).post(CHANGE, password_form(weak))
    assert refused.status_code == 200
    assert "errorlist" in refused.content.decode()
    doctor.refresh_from_db()
    assert doctor.check_password(PASSWORD)


def test_password_change_ends_other_sessions(page, doctor):
    other_browser = Client()
    other_browser.force_login(doctor, backend="django.contrib.auth.backends.ModelBackend")
    browser = page(doctor)
    old_session_key = browser.session.session_key
    assert browser.post(CHANGE, password_form("an entirely new one")).status_code == 302
    assert browser.get("/gallery/").status_code == 200
    assert browser.session.session_key != old_session_key
    assert other_browser.get("/gallery/").status_code == 302


@pytest.fixture
def passwords_changed(audit_events):
    """`passwords_changed()`: (actor id, owner id) of each password change."""
    return lambda: [
        (event.actor_id, event.owner_id) for event in audit_events(action=Action.PASSWORD)
    ]


def test_every_password_change_is_audited(page, doctor, audit_events, passwords_changed):
    root = make_user("root@example.org", role="staff", is_staff=True, is_superuser=True)
    assert not passwords_changed(), "creating an account is no password change"
    page(doctor).post(CHANGE, password_form("an entirely new one"))
    body = {
        "usable_password": "true",
        "password1": "yet another one",
        "password2": "yet another one",
    }
    page(root).post(f"/admin/accounts/user/{doctor.pk}/password/", body)
    doctor.set_password("by a command")
    doctor.save()
    assert passwords_changed() == [(doctor.pk, doctor.pk), (root.pk, doctor.pk), (None, doctor.pk)]
    assert "another one" not in str([event.facts() for event in audit_events()])


def test_rehashing_at_login_is_not_audited_as_a_password_change(
    client, doctor, settings, passwords_changed
):
    """A login whose hash was made with old settings stores a new hash."""
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    User.objects.update(password=make_password(PASSWORD, hasher="md5"))
    client.post("/accounts/login/", {"username": doctor.email, "password": PASSWORD})
    doctor.refresh_from_db()
    assert doctor.password.startswith("pbkdf2")
    assert not passwords_changed()


def test_cookies_are_secure_httponly_and_same_site(tmp_path):
    """HTTPS only, not readable by scripts, not sent with requests from other sites."""
    result = subprocess.run(
        [sys.executable, "-m", "testing.programs.cookie_settings"],
        cwd=configured.BASE_DIR,
        env=web.environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    cookies = json.loads(result.stdout)
    assert cookies.pop("hours") <= 12
    assert cookies == {"secure": True, "http_only": True, "same_site": ["Lax", "Lax"]}


def test_second_factor_setting_adds_no_query_for_a_user_without_a_factor(page, doctor, settings):
    browser = page(doctor)
    browser.get("/accounts/profile/")  # fills what is cached per process
    queries = {}
    for required in ("none", "staff"):
        settings.SECOND_FACTOR_REQUIRED = [required]
        with CaptureQueriesContext(connection) as queries[required]:
            browser.get("/accounts/profile/")
        assert not [query for query in queries[required] if "otp" in query["sql"]]
    assert len(queries["staff"]) == len(queries["none"])


def test_control_and_bidi_characters_are_removed_from_names(page, patient):
    """Otherwise a bidi override in a name would reverse the rest of its line in the audit log."""
    typed = {"full_name": "\u202eMarie\nL\u2067ef\u0007", "language": ""}
    assert page(patient).post("/accounts/profile/", typed).status_code == 302
    patient.refresh_from_db()
    assert patient.full_name == "MarieLef"
