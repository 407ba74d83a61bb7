"""The second step of logging in: the code is required and cannot be guessed."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.core import mail
from django.db import connection
from django.utils import timezone

from accounts.models import User
from accounts.second_factor import services
from audit.models import Action
from testing.cast import PASSWORD
from testing.totp import code_of, wrong_code

CODE = "/accounts/login/code/"


def enter_password(client, user, next_url="", password=PASSWORD):
    body = {"username": user.email, "password": password, "next": next_url}
    return client.post("/accounts/login/", body)


def is_logged_in(client):
    return client.get("/gallery/").status_code == 200


def test_password_alone_does_not_log_in(client, doctor, factor, audit_events):
    factor(doctor)
    assert enter_password(client, doctor)["Location"] == CODE
    assert SESSION_KEY not in client.session
    assert not is_logged_in(client)
    assert client.get("/api/v1/patients").status_code == 401
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    assert not audit_events(action=Action.LOGIN), "nobody has logged in"


def test_code_logs_in_with_a_new_session_key(client, doctor, factor):
    """A session that was planted, or copied between the two steps, is worthless."""
    client.get("/accounts/login/")
    session = client.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    secret = factor(doctor).secret
    enter_password(client, doctor)
    halfway = client.session.session_key
    assert client.post(CODE, {"code": code_of(secret)})["Location"] == "/"
    assert is_logged_in(client)
    assert len({planted, halfway, client.session.session_key}) == 3
    assert "planted" not in client.session


def test_login_without_a_factor_changes_the_session_key(client, doctor):
    session = client.session
    session["planted"] = True
    session.save()
    enter_password(client, doctor)
    assert is_logged_in(client)
    assert client.session.session_key != session.session_key


def test_next_survives_the_code_step_for_local_paths_only(client, doctor, factor):
    secret = factor(doctor).secret
    code_url = enter_password(client, doctor, "/patients/?q=a")["Location"]
    assert code_url == f"{CODE}?next=%2Fpatients%2F%3Fq%3Da"
    form = client.get(code_url).content.decode()
    next_value = re.search(r'name="next" value="([^"]*)"', form)[1]
    answer = client.post(CODE, {"code": code_of(secret), "next": next_value})
    assert answer["Location"] == "/patients/?q=a"
    client.logout()
    assert enter_password(client, doctor, "https://evil.example/")["Location"] == CODE
    body = {"code": code_of(secret, 1), "next": "https://evil.example/"}
    assert client.post(CODE, body)["Location"] == "/"


def test_code_works_once(client, doctor, factor):
    """A code read over a shoulder is already spent."""
    secret = factor(doctor).secret
    code = code_of(secret)
    enter_password(client, doctor)
    assert client.post(CODE, {"code": code}).status_code == 302
    client.logout()
    enter_password(client, doctor)
    assert client.post(CODE, {"code": code}).status_code == 200
    assert not is_logged_in(client)


@pytest.mark.parametrize("typed", ["{0} {1}", " {0}{1} ", "{0}-{1}"])
def test_code_may_contain_spaces_and_hyphens(client, doctor, factor, typed):
    code = code_of(factor(doctor).secret)
    enter_password(client, doctor)
    assert client.post(CODE, {"code": typed.format(code[:3], code[3:])}).status_code == 302


@pytest.mark.parametrize(
    "typed", ["", "+{}", "{}0", "0000{}", "\u0661{}", "None", "1e5", "x" * 500]
)
def test_malformed_codes_are_refused(client, doctor, factor, typed):
    """`int()` accepts much more than six digits."""
    code = code_of(factor(doctor).secret)
    enter_password(client, doctor)
    assert client.post(CODE, {"code": typed.format(code)}).status_code == 200
    assert not is_logged_in(client)


def test_code_step_expires_after_five_minutes(client, doctor, factor):
    secret = factor(doctor).secret
    enter_password(client, doctor, "/patients/")
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        expired_answer = client.post(CODE, {"code": code_of(secret), "next": "/patients/"})
        assert expired_answer["Location"] == "/accounts/login/?next=%2Fpatients%2F"
        assert "Le délai est dépassé" in client.get(expired_answer["Location"]).content.decode()
        assert not is_logged_in(client)


def test_password_change_cancels_the_code_step(client, doctor, factor):
    secret = factor(doctor).secret
    enter_password(client, doctor)
    doctor.set_password("an entirely new one")
    doctor.save()
    assert client.post(CODE, {"code": code_of(secret)})["Location"] == "/accounts/login/"
    assert not is_logged_in(client)


def test_each_wrong_code_doubles_the_wait(client, doctor, factor):
    """Trying all codes takes too long, from any number of addresses."""
    secret = factor(doctor).secret
    enter_password(client, doctor)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for wait in (1, 2, 4, 8):
            assert client.post(CODE, {"code": wrong_code(secret)}).status_code == 200
            right = client.post(CODE, {"code": code_of(secret)}, REMOTE_ADDR=f"10.0.0.{wait}")
            assert right.status_code == 429, "the right code is not even checked"
            assert f"Patientez {wait} seconde" in right.content.decode()
            clock.shift(wait)
        assert client.post(CODE, {"code": code_of(secret)}).status_code == 302


def test_wrong_codes_and_passwords_count_towards_one_lock(
    client, doctor, other_doctor, factor, settings
):
    """Entering the right password does not reset the count of wrong codes."""
    settings.AXES_FAILURE_LIMIT = 3
    secret = factor(doctor).secret
    enter_password(client, doctor, password="wrong")
    enter_password(client, doctor)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert client.post(CODE, {"code": wrong_code(secret)}).status_code == 200
        clock.shift(10)
        locked = client.post(CODE, {"code": wrong_code(secret)})
        assert locked.status_code == 429
        assert "Trop de tentatives" in locked.content.decode()
        clock.shift(10)
        assert client.post(CODE, {"code": code_of(secret)}).status_code == 429
        assert not is_logged_in(client)
        assert enter_password(client, doctor).status_code == 429
        assert enter_password(client, other_doctor).status_code == 302, (
            "a colleague is not locked out"
        )


def test_typed_codes_are_masked_in_login_attempts(client, doctor, factor):
    """A recovery code with one typing error reveals nine letters of a valid code."""
    from axes.models import AccessAttempt

    typed = factor(doctor).codes[0][:-1] + "0"
    enter_password(client, doctor)
    client.post(f"{CODE}?recovery=1", {"code": typed})
    (attempt,) = AccessAttempt.objects.all()
    assert typed not in attempt.post_data
    assert "*" in attempt.post_data


def test_recovery_code_logs_in_once_and_mails_its_owner(
    client, doctor, factor, django_capture_on_commit_callbacks
):
    code, *others = factor(doctor).codes
    with (
        time_machine.travel(timezone.now(), tick=False) as clock,
        django_capture_on_commit_callbacks(execute=True),
    ):
        for typed, status in ((code.upper(), 302), (code, 200), (others[0].replace("-", " "), 302)):
            client.logout()
            enter_password(client, doctor)
            assert client.post(f"{CODE}?recovery=1", {"code": typed}).status_code == status
            assert is_logged_in(client) == (status == 302)
            clock.shift(2)
    remaining = [re.search(r"Il en reste (\d)", letter.body)[1] for letter in mail.outbox]
    assert remaining == ["9", "8"], "the owner is told how many are left"


def test_password_reset_still_requires_the_code(client, doctor, factor):
    secret = factor(doctor).secret
    mail.outbox.clear()
    client.post("/accounts/password-reset/", {"email": doctor.email})
    link = re.search(r"http://testserver(/\S+)", mail.outbox[0].body)[1]
    new = {"new_password1": "an entirely new one", "new_password2": "an entirely new one"}
    client.post(client.get(link)["Location"], new)
    assert not is_logged_in(client)
    assert enter_password(client, doctor, password="an entirely new one")["Location"] == CODE
    assert client.post(CODE, {"code": code_of(secret)}).status_code == 302


def test_admin_login_redirects_to_the_site_login(client, staff, factor):
    factor(staff)
    body = {"username": staff.email, "password": PASSWORD, "next": "/admin/"}
    assert client.post("/admin/login/", body)["Location"] == "/accounts/login/?next=%2Fadmin%2F"
    assert SESSION_KEY not in client.session


def test_session_without_the_code_is_not_authenticated(client, doctor, staff, factor):
    """Holds for any code, present or future, that calls `login()` without the second step."""
    for user, path in ((doctor, "/patients/"), (staff, "/admin/")):
        factor(user)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get(path).status_code == 302
        assert client.get("/api/v1/gallery").status_code == 401


def test_inactive_user_cannot_log_in_with_a_code(client, doctor, factor):
    secret = factor(doctor).secret
    enter_password(client, doctor)
    User.objects.update(is_active=False)
    assert client.post(CODE, {"code": code_of(secret)})["Location"] == "/accounts/login/"


def test_codes_are_refused_after_the_key_is_lost(client, doctor, factor, settings):
    """An operator lost SECRET_KEY: a refusal, not a crash."""
    enrolled = factor(doctor)
    enter_password(client, doctor)
    settings.SECOND_FACTOR_KEY = "another"
    assert client.post(CODE, {"code": code_of(enrolled.secret)}).status_code == 200
    assert client.post(f"{CODE}?recovery=1", {"code": enrolled.codes[0]}).status_code == 200
    assert not is_logged_in(client)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_code_works_once_under_concurrent_requests(doctor, factor, kind):
    """Somebody who intercepts a code must not be logged in beside its owner."""
    enrolled = factor(doctor)
    code = code_of(enrolled.secret) if kind == "app" else enrolled.codes[0]
    barrier = Barrier(6)

    def submit(_number):
        barrier.wait()
        try:
            return services.verify(doctor, code) is not None
        except services.TooSoon:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(submit, range(6))) == 1
