"""The second step of logging in: without the code nobody is in, and it cannot be guessed."""

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


def password(client, user, to="", typed=PASSWORD):
    body = {"username": user.email, "password": typed, "next": to}
    return client.post("/accounts/login/", body)


def is_in(client):
    return client.get("/gallery/").status_code == 200


def test_the_password_alone_opens_nothing(client, doctor, factor, told):
    factor(doctor)
    assert password(client, doctor)["Location"] == CODE
    assert SESSION_KEY not in client.session
    assert not is_in(client)
    assert client.get("/api/v1/patients").status_code == 401
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    assert not told(action=Action.LOGIN), "nobody has logged in"


def test_the_code_opens_under_a_new_session_key(client, doctor, factor):
    """Whoever planted a session, or saw that of the password, has nothing."""
    client.get("/accounts/login/")
    session = client.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    secret = factor(doctor).secret
    password(client, doctor)
    halfway = client.session.session_key
    assert client.post(CODE, {"code": code_of(secret)})["Location"] == "/"
    assert is_in(client)
    assert len({planted, halfway, client.session.session_key}) == 3
    assert "planted" not in client.session


def test_without_a_factor_the_session_key_changes_too(client, doctor):
    session = client.session
    session["planted"] = True
    session.save()
    password(client, doctor)
    assert is_in(client)
    assert client.session.session_key != session.session_key


def test_next_is_kept_and_goes_nowhere_else(client, doctor, factor):
    secret = factor(doctor).secret
    first = password(client, doctor, "/patients/?q=a")["Location"]
    assert first == f"{CODE}?next=%2Fpatients%2F%3Fq%3Da"
    form = client.get(first).content.decode()
    asked = re.search(r'name="next" value="([^"]*)"', form)[1]
    done = client.post(CODE, {"code": code_of(secret), "next": asked})
    assert done["Location"] == "/patients/?q=a"
    client.logout()
    assert password(client, doctor, "https://evil.example/")["Location"] == CODE
    body = {"code": code_of(secret, 1), "next": "https://evil.example/"}
    assert client.post(CODE, body)["Location"] == "/"


def test_a_code_is_good_once(client, doctor, factor):
    """Who looked over a shoulder has half a minute, and nothing to do with it."""
    secret = factor(doctor).secret
    code = code_of(secret)
    password(client, doctor)
    assert client.post(CODE, {"code": code}).status_code == 302
    client.logout()
    password(client, doctor)
    assert client.post(CODE, {"code": code}).status_code == 200
    assert not is_in(client)


@pytest.mark.parametrize("typed", ["{0} {1}", " {0}{1} ", "{0}-{1}"])
def test_spaces_do_not_matter(client, doctor, factor, typed):
    code = code_of(factor(doctor).secret)
    password(client, doctor)
    assert client.post(CODE, {"code": typed.format(code[:3], code[3:])}).status_code == 302


@pytest.mark.parametrize(
    "typed", ["", "+{}", "{}0", "0000{}", "\u0661{}", "None", "1e5", "x" * 500]
)
def test_nothing_else_is_a_code(client, doctor, factor, typed):
    """`int()` reads more than six digits."""
    code = code_of(factor(doctor).secret)
    password(client, doctor)
    assert client.post(CODE, {"code": typed.format(code)}).status_code == 200
    assert not is_in(client)


def test_the_wait_for_the_code_ends(client, doctor, factor):
    secret = factor(doctor).secret
    password(client, doctor, "/patients/")
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        late = client.post(CODE, {"code": code_of(secret), "next": "/patients/"})
        assert late["Location"] == "/accounts/login/?next=%2Fpatients%2F"
        assert "Le délai est dépassé" in client.get(late["Location"]).content.decode()
        assert not is_in(client)


def test_a_changed_password_ends_the_wait(client, doctor, factor):
    secret = factor(doctor).secret
    password(client, doctor)
    doctor.set_password("an entirely new one")
    doctor.save()
    assert client.post(CODE, {"code": code_of(secret)})["Location"] == "/accounts/login/"
    assert not is_in(client)


def test_wrong_codes_slow_down(client, doctor, factor):
    """Whatever the address, a million codes take for ever: each wrong one doubles the wait."""
    secret = factor(doctor).secret
    password(client, doctor)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for wait in (1, 2, 4, 8):
            assert client.post(CODE, {"code": wrong_code(secret)}).status_code == 200
            right = client.post(CODE, {"code": code_of(secret)}, REMOTE_ADDR=f"10.0.0.{wait}")
            assert right.status_code == 429, "the right one is not even looked at"
            assert f"Patientez {wait} seconde" in right.content.decode()
            clock.shift(wait)
        assert client.post(CODE, {"code": code_of(secret)}).status_code == 302


def test_wrong_codes_and_passwords_lock_together(client, doctor, other_doctor, factor, settings):
    """A password that is known does not give back the tries."""
    settings.AXES_FAILURE_LIMIT = 3
    secret = factor(doctor).secret
    password(client, doctor, typed="wrong")
    password(client, doctor)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert client.post(CODE, {"code": wrong_code(secret)}).status_code == 200
        clock.shift(10)
        locked = client.post(CODE, {"code": wrong_code(secret)})
        assert locked.status_code == 429
        assert "Trop de tentatives" in locked.content.decode()
        clock.shift(10)
        assert client.post(CODE, {"code": code_of(secret)}).status_code == 429
        assert not is_in(client)
        assert password(client, doctor).status_code == 429
        assert password(client, other_doctor).status_code == 302, "a colleague is not locked out"


def test_what_was_typed_is_not_kept(client, doctor, factor):
    """A recovery code with one letter wrong is nine letters of one."""
    from axes.models import AccessAttempt

    typed = factor(doctor).codes[0][:-1] + "0"
    password(client, doctor)
    client.post(f"{CODE}?recovery=1", {"code": typed})
    (attempt,) = AccessAttempt.objects.all()
    assert typed not in attempt.post_data
    assert "*" in attempt.post_data


def test_a_recovery_code_logs_in_once(client, doctor, factor, django_capture_on_commit_callbacks):
    code, *others = factor(doctor).codes
    with (
        time_machine.travel(timezone.now(), tick=False) as clock,
        django_capture_on_commit_callbacks(execute=True),
    ):
        for typed, status in ((code.upper(), 302), (code, 200), (others[0].replace("-", " "), 302)):
            client.logout()
            password(client, doctor)
            assert client.post(f"{CODE}?recovery=1", {"code": typed}).status_code == status
            assert is_in(client) == (status == 302)
            clock.shift(2)
    left = [re.search(r"Il en reste (\d)", letter.body)[1] for letter in mail.outbox]
    assert left == ["9", "8"], "its owner hears of it"


def test_a_reset_password_does_not_go_around(client, doctor, factor):
    secret = factor(doctor).secret
    mail.outbox.clear()
    client.post("/accounts/password-reset/", {"email": doctor.email})
    link = re.search(r"http://testserver(/\S+)", mail.outbox[0].body)[1]
    new = {"new_password1": "an entirely new one", "new_password2": "an entirely new one"}
    client.post(client.get(link)["Location"], new)
    assert not is_in(client)
    assert password(client, doctor, typed="an entirely new one")["Location"] == CODE
    assert client.post(CODE, {"code": code_of(secret)}).status_code == 302


def test_the_admins_own_door_is_not_a_way_around(client, staff, factor):
    factor(staff)
    body = {"username": staff.email, "password": PASSWORD, "next": "/admin/"}
    assert client.post("/admin/login/", body)["Location"] == "/accounts/login/?next=%2Fadmin%2F"
    assert SESSION_KEY not in client.session


def test_a_session_that_skipped_the_code_is_nobodys(client, doctor, staff, factor):
    """Whatever code signs somebody in by `login()` alone, now or some day."""
    for user, path in ((doctor, "/patients/"), (staff, "/admin/")):
        factor(user)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get(path).status_code == 302
        assert client.get("/api/v1/gallery").status_code == 401


def test_an_inactive_user_does_not_come_in_by_the_code(client, doctor, factor):
    secret = factor(doctor).secret
    password(client, doctor)
    User.objects.update(is_active=False)
    assert client.post(CODE, {"code": code_of(secret)})["Location"] == "/accounts/login/"


def test_a_key_that_is_another_lets_nobody_in(client, doctor, factor, settings):
    """And is a refusal, not a crash: an operator lost SECRET_KEY."""
    made = factor(doctor)
    password(client, doctor)
    settings.SECOND_FACTOR_KEY = "another"
    assert client.post(CODE, {"code": code_of(made.secret)}).status_code == 200
    assert client.post(f"{CODE}?recovery=1", {"code": made.codes[0]}).status_code == 200
    assert not is_in(client)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_one_code_sent_many_times_at_once_opens_once(doctor, factor, kind):
    """Who reads it on the way must not be let in beside its owner."""
    made = factor(doctor)
    code = code_of(made.secret) if kind == "app" else made.codes[0]
    together = Barrier(6)

    def try_it(_number):
        together.wait()
        try:
            return services.verify(doctor, code) is not None
        except services.TooSoon:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(try_it, range(6))) == 1
