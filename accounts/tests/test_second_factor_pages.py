"""Switching the second factor on and off, its recovery codes, and who hears of it."""

import base64
import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
import time_machine
from django.core import mail
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import Authenticator
from audit.models import Action
from testing.cast import PASSWORD
from testing.totp import code_of, wrong_code

pytestmark = pytest.mark.alike
SECURITY = "/accounts/security/"
SET_UP = "/accounts/security/second-factor/"
CODES = "/accounts/security/recovery-codes/"
OFF = "/accounts/security/second-factor/off/"


def log_in(client, user, code=None):
    client.post("/accounts/login/", {"username": user.email, "password": PASSWORD})
    if code:
        client.post("/accounts/login/code/", {"code": code})
    assert client.get(SECURITY).status_code == 200
    return client


def shown_secret(client):
    return re.search(r"data-copied>([A-Z2-7 ]+)<", client.get(SET_UP).content.decode())[1]


def shown_codes(response):
    return re.findall(r"<li><code>([a-z0-9]{5}-[a-z0-9]{5})</code>", response.content.decode())


@pytest.mark.parametrize("who", ["doctor", "patient", "staff"])
def test_anybody_can_switch_it_on(client, who, request, told, django_capture_on_commit_callbacks):
    user = request.getfixturevalue(who)
    log_in(client, user)
    secret = shown_secret(client)
    with django_capture_on_commit_callbacks(execute=True):
        done = client.post(SET_UP, {"code": code_of(secret)})
    codes = shown_codes(done)
    assert len(set(codes)) == 10
    user.refresh_from_db()
    assert user.second_factor_since
    assert client.get(SECURITY).status_code == 200, "this session goes on"
    assert told(action=Action.FACTOR_ON)[0].actor_id == user.pk
    (letter,) = mail.outbox
    assert letter.to == [user.email]
    assert not re.search(r"[a-z0-9]{5}-[a-z0-9]{5}", letter.body), "codes do not go by mail"


def test_the_codes_can_be_kept(client, doctor):
    log_in(client, doctor)
    done = client.post(SET_UP, {"code": code_of(shown_secret(client))})
    href = re.search(r'href="data:text/plain;charset=utf-8;base64,([^"]+)"', done.content.decode())
    file = base64.b64decode(unquote(href[1])).decode()
    assert [line for line in file.splitlines() if re.fullmatch(r"\w{5}-\w{5}", line)] == (
        shown_codes(done)
    )
    assert "no-store" in done["Cache-Control"], "nor does the browser keep them"
    assert not shown_codes(client.get(SET_UP, follow=True)), "told once"


def test_the_picture_holds_what_the_text_says(client, doctor):
    """An app that scans and one that is typed into must show the same codes."""
    log_in(client, doctor)
    secret = shown_secret(client)
    url = Authenticator.objects.get().config_url
    assert f"secret={secret.replace(' ', '')}&" in url
    assert url.startswith("otpauth://totp/DermaAI%3Adoctor%40example.org?")
    page = client.get(SET_UP).content.decode()
    svg = unquote(re.search(r'src="data:image/svg\+xml;charset=utf-8,([^"]+)"', page)[1])
    assert "<style" not in svg
    assert "style=" not in svg


def test_a_wrong_code_switches_nothing_on(client, doctor):
    log_in(client, doctor)
    secret = shown_secret(client)
    for code in (wrong_code(secret), "", "x" * 41, "0000" + code_of(secret)):
        assert not shown_codes(client.post(SET_UP, {"code": code}))
    doctor.refresh_from_db()
    assert doctor.second_factor_since is None
    assert shown_secret(client) == secret, "the app need not scan again"


def test_a_secret_that_another_session_saw_is_worth_nothing(client, doctor):
    """Somebody at an open screen notes it and waits until its owner confirms."""
    log_in(client, doctor)
    seen = shown_secret(client)
    client.logout()
    log_in(client, doctor)
    assert shown_secret(client) != seen
    assert not shown_codes(client.post(SET_UP, {"code": code_of(seen)}))


def test_after_ten_minutes_the_password_is_asked_for(client, doctor):
    """An unattended screen is not enough to lock its owner out."""
    log_in(client, doctor)
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False) as clock:
        secret = shown_secret(client)
        for body in ({}, {"password": "wrong"}):
            assert not shown_codes(client.post(SET_UP, {"code": code_of(secret)} | body))
        clock.shift(5)
        assert shown_codes(client.post(SET_UP, {"code": code_of(secret), "password": PASSWORD}))


def test_switching_on_and_off_ends_the_other_sessions(client, client2, doctor):
    log_in(client2, doctor)
    log_in(client, doctor)
    secret = shown_secret(client)
    client.post(SET_UP, {"code": code_of(secret)})
    assert client2.get(SECURITY).status_code == 302
    log_in(client2, doctor, code_of(secret, 1))
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        body = {"password": PASSWORD, "code": code_of(secret)}
        assert client.post(OFF, body)["Location"] == SECURITY
        assert client.get(SECURITY).status_code == 200
        assert client2.get(SECURITY).status_code == 302


@pytest.fixture
def client2():
    from django.test import Client

    return Client()


def test_switching_off_takes_password_and_code(
    client, doctor, factor, told, django_capture_on_commit_callbacks
):
    secret = factor(doctor).secret
    log_in(client, doctor, code_of(secret))
    for wrong in (
        {"password": PASSWORD},
        {"code": code_of(secret, 1)},
        {"password": "wrong", "code": code_of(secret, 1)},
        {"password": PASSWORD, "code": code_of(secret)},  # spent at the login
    ):
        assert client.post(OFF, wrong).status_code == 200
    doctor.refresh_from_db()
    assert doctor.second_factor_since
    with (
        time_machine.travel(timezone.now() + timedelta(seconds=3)),
        django_capture_on_commit_callbacks(execute=True),
    ):
        client.post(OFF, {"password": PASSWORD, "code": code_of(secret, 1)})
    doctor.refresh_from_db()
    assert doctor.second_factor_since is None
    assert not TOTPDevice.objects.exists()
    assert not StaticToken.objects.exists()
    assert told()[-1].action == Action.FACTOR_OFF
    assert "désactivée" in mail.outbox[-1].body


def test_a_wrong_password_spends_no_code(client, doctor, factor):
    codes = factor(doctor).codes
    log_in(client, doctor, codes[0])
    client.post(OFF, {"password": "wrong", "code": codes[1]})
    assert StaticToken.objects.count() == 9


def test_guessing_the_password_there_locks_too(client, doctor, factor, settings):
    settings.AXES_FAILURE_LIMIT = 3
    log_in(client, doctor, factor(doctor).codes[0])
    answers = [client.post(CODES, {"password": f"wrong {n}"}).status_code for n in range(4)]
    assert answers[-1] == 429
    assert not shown_codes(client.post(CODES, {"password": PASSWORD}))


def test_new_recovery_codes_end_the_former(
    client, doctor, factor, told, django_capture_on_commit_callbacks
):
    made = factor(doctor)
    log_in(client, doctor, made.codes[0])
    assert not shown_codes(client.post(CODES, {"password": "wrong"}))
    with django_capture_on_commit_callbacks(execute=True):
        fresh = shown_codes(client.post(CODES, {"password": PASSWORD}))
    assert len(set(fresh) - set(made.codes)) == 10
    assert told()[-1].action == Action.CODES_RENEWED
    assert "codes de secours" in mail.outbox[-1].body
    assert client.get(SECURITY).status_code == 200, "logged in by a former one, it goes on"
    client.logout()
    client.post("/accounts/login/", {"username": doctor.email, "password": PASSWORD})
    assert client.post("/accounts/login/code/", {"code": made.codes[1]}).status_code == 200


def test_few_codes_are_told(client, doctor, factor):
    codes = factor(doctor).codes
    log_in(client, doctor, codes[0])
    assert "notice is-warn" not in client.get(SECURITY).content.decode()
    StaticToken.objects.filter(pk__in=StaticToken.objects.values("pk")[:7]).delete()
    page = client.get(SECURITY).content.decode()
    assert "Il reste 2 codes de secours" in page
    assert "notice is-warn" in page


def test_the_database_alone_gives_nothing(doctor, other_doctor, factor):
    """A stolen dump, and somebody who may write in it."""
    made = factor(doctor)
    key = base64.b32decode(made.secret.replace(" ", ""))
    row = TOTPDevice.objects.get()
    assert key.hex() not in row.key
    kept = set(StaticToken.objects.values_list("token", flat=True))
    assert not kept & {code.replace("-", "") for code in made.codes}
    assert not kept & set(made.codes)
    mine = factor(other_doctor)
    TOTPDevice.objects.filter(user=doctor).update(
        key=TOTPDevice.objects.get(user=other_doctor).key, last_t=-1
    )
    from accounts.second_factor import services

    assert services.verify(doctor, code_of(mine.secret)) is None


def test_one_that_is_on_is_not_replaced(doctor):
    """Two pages of the set-up are open: the first to confirm wins, or its app is useless."""
    from accounts.second_factor import services

    first = Authenticator.create_unconfirmed(doctor)
    assert services.switch_on(doctor, first.pk, code_of(first.secret))
    second = Authenticator.create_unconfirmed(doctor)
    assert services.switch_on(doctor, second.pk, code_of(second.secret)) is None
    assert TOTPDevice.objects.get(confirmed=True).pk == first.pk
