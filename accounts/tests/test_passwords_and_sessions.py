"""Passwords that are refused, sessions that end, cookies; and what the audit log has of it."""

import json
import subprocess
import sys

import pytest
from django.conf import settings as configured
from django.contrib.auth.hashers import make_password
from django.test import Client

from accounts.models import User
from audit.models import Action
from testing.cast import PASSWORD, make_user
from tools.servers import web

pytestmark = pytest.mark.alike
CHANGE = "/accounts/password/"


def new(password, old=PASSWORD):
    return {"old_password": old, "new_password1": password, "new_password2": password}


@pytest.mark.parametrize(
    "weak", ["short1", "password123", "1029384756", "claire.rousseau", "doctor@example.org"]
)
def test_a_weak_password_is_refused_on_the_page(page, doctor, weak):
    refused = page(doctor).post(CHANGE, new(weak))
    assert refused.status_code == 200
    assert "errorlist" in refused.content.decode()
    doctor.refresh_from_db()
    assert doctor.check_password(PASSWORD)


def test_a_changed_password_ends_the_other_sessions(page, doctor):
    other = Client()
    other.force_login(doctor, backend="django.contrib.auth.backends.ModelBackend")
    mine = page(doctor)
    before = mine.session.session_key
    assert mine.post(CHANGE, new("an entirely new one")).status_code == 302
    assert mine.get("/gallery/").status_code == 200
    assert mine.session.session_key != before
    assert other.get("/gallery/").status_code == 302


@pytest.fixture
def passwords_changed(told):
    """`passwords_changed()`: by whom, whose."""
    return lambda: [(event.actor_id, event.owner_id) for event in told(action=Action.PASSWORD)]


def test_a_changed_password_is_in_the_log_whoever_did_it(page, doctor, told, passwords_changed):
    root = make_user("root@example.org", role="staff", is_staff=True, is_superuser=True)
    assert not passwords_changed(), "a new account has changed nothing"
    page(doctor).post(CHANGE, new("an entirely new one"))
    body = {
        "usable_password": "true",
        "password1": "yet another one",
        "password2": "yet another one",
    }
    page(root).post(f"/admin/accounts/user/{doctor.pk}/password/", body)
    doctor.set_password("by a command")
    doctor.save()
    assert passwords_changed() == [(doctor.pk, doctor.pk), (root.pk, doctor.pk), (None, doctor.pk)]
    assert "another one" not in str([event.facts() for event in told()])


def test_a_hash_that_is_made_anew_is_no_change(client, doctor, settings, passwords_changed):
    """A login with a hash of former settings saves a new one."""
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    User.objects.update(password=make_password(PASSWORD, hasher="md5"))
    client.post("/accounts/login/", {"username": doctor.email, "password": PASSWORD})
    doctor.refresh_from_db()
    assert doctor.password.startswith("pbkdf2")
    assert not passwords_changed()


def test_cookies_of_a_practice(tmp_path):
    """HTTPS only, out of scripts' reach, not sent along from other sites."""
    script = """
import json
from django.conf import settings as s
print(json.dumps([s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY,
    s.SESSION_COOKIE_SAMESITE, s.CSRF_COOKIE_SAMESITE, s.SESSION_COOKIE_AGE <= 12 * 3600]))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=configured.BASE_DIR,
        env=web.environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == [True, True, True, "Lax", "Lax", True]


def test_without_a_factor_a_page_asks_the_database_nothing_more(
    page, doctor, django_assert_num_queries, settings
):
    settings.SECOND_FACTOR_REQUIRED = ["staff"]
    mine = page(doctor)
    mine.get("/accounts/profile/")
    with django_assert_num_queries(3) as asked:  # session, user; the header's own
        mine.get("/accounts/profile/")
    assert not [query for query in asked if "otp" in query["sql"]]


def test_a_name_does_not_turn_the_line_it_stands_in(page, patient):
    """Whoever reads in the audit log who saw an image would read the role backwards."""
    typed = {"full_name": "\u202eMarie\nL\u2067ef\u0007", "language": ""}
    assert page(patient).post("/accounts/profile/", typed).status_code == 302
    patient.refresh_from_db()
    assert patient.full_name == "MarieLef"
