"""Switching the second factor on and off, its recovery codes, and the e-mails about it."""

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


@pytest.mark.parametrize("role", ["doctor", "patient", "staff"])
def test_every_role_can_switch_the_factor_on(
    client, role, request, audit_events, django_capture_on_commit_callbacks
):
    user = request.getfixturevalue(role)
    log_in(client, user)
    secret = shown_secret(client)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(SET_UP, {"code": code_of(secret)})
    codes = shown_codes(answer)
    assert len(set(codes)) == 10
    user.refresh_from_db()
    assert user.second_factor_since
    assert client.get(SECURITY).status_code == 200, "this session continues"
    assert audit_events(action=Action.FACTOR_ON)[0].actor_id == user.pk
    (message,) = mail.outbox
    assert message.to == [user.email]
    assert not re.search(r"[a-z0-9]{5}-[a-z0-9]{5}", message.body), "codes are not sent by mail"


def test_recovery_codes_can_be_downloaded_once(client, doctor):
    log_in(client, doctor)
    answer = client.post(SET_UP, {"code": code_of(shown_secret(client))})
    href = re.search(
        r'href="data:text/plain;charset=utf-8;base64,([^"]+)"', answer.content.decode()
    )
    file = base64.b64decode(unquote(href[1])).decode()
    assert [line for line in file.splitlines() if re.fullmatch(r"\w{5}-\w{5}", line)] == (
        shown_codes(answer)
    )
    assert "no-store" in answer["Cache-Control"], "the browser does not cache them"
    assert not shown_codes(client.get(SET_UP, follow=True)), "shown once"


def test_qr_code_encodes_the_shown_secret(client, doctor):
    """Scanning the QR code and typing the secret must give the same codes."""
    log_in(client, doctor)
    secret = shown_secret(client)
    url = Authenticator.objects.get().config_url
    assert f"secret={secret.replace(' ', '')}&" in url
    assert url.startswith("otpauth://totp/DermaAI%3Adoctor%40example.org?")
    page = client.get(SET_UP).content.decode()
    svg = unquote(re.search(r'src="data:image/svg\+xml;charset=utf-8,([^"]+)"', page)[1])
    assert "<style" not in svg
    assert "style=" not in svg


def test_wrong_code_does_not_switch_the_factor_on(client, doctor):
    log_in(client, doctor)
    secret = shown_secret(client)
    for code in (wrong_code(secret), "", "x" * 41, "0000" + code_of(secret)):
        assert not shown_codes(client.post(SET_UP, {"code": code}))
    doctor.refresh_from_db()
    assert doctor.second_factor_since is None
    assert shown_secret(client) == secret, "the same secret is offered again"


def test_secret_shown_to_an_earlier_session_is_invalid(client, doctor):
    """Somebody at an unattended screen could note it and wait until its owner confirms."""
    log_in(client, doctor)
    old_secret = shown_secret(client)
    client.logout()
    log_in(client, doctor)
    assert shown_secret(client) != old_secret
    assert not shown_codes(client.post(SET_UP, {"code": code_of(old_secret)}))


def test_set_up_asks_for_the_password_after_ten_minutes(client, doctor):
    """An unattended screen is not enough to lock its owner out of the account."""
    log_in(client, doctor)
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False) as clock:
        secret = shown_secret(client)
        for body in ({}, {"password": "wrong"}):
            assert not shown_codes(client.post(SET_UP, {"code": code_of(secret)} | body))
        clock.shift(5)
        assert shown_codes(client.post(SET_UP, {"code": code_of(secret), "password": PASSWORD}))


def test_switching_the_factor_on_or_off_ends_other_sessions(client, other_client, doctor):
    log_in(other_client, doctor)
    log_in(client, doctor)
    secret = shown_secret(client)
    client.post(SET_UP, {"code": code_of(secret)})
    assert other_client.get(SECURITY).status_code == 302
    log_in(other_client, doctor, code_of(secret, 1))
    with time_machine.travel(timezone.now() + timedelta(minutes=1)):
        body = {"password": PASSWORD, "code": code_of(secret)}
        assert client.post(OFF, body)["Location"] == SECURITY
        assert client.get(SECURITY).status_code == 200
        assert other_client.get(SECURITY).status_code == 302


@pytest.fixture
def other_client():
    from django.test import Client

    return Client()


def test_switching_off_requires_password_and_code(
    client, doctor, factor, audit_events, django_capture_on_commit_callbacks
):
    secret = factor(doctor).secret
    log_in(client, doctor, code_of(secret))
    for body in (
        {"password": PASSWORD},
        {"code": code_of(secret, 1)},
        {"password": "wrong", "code": code_of(secret, 1)},
        {"password": PASSWORD, "code": code_of(secret)},  # spent at the login
    ):
        assert client.post(OFF, body).status_code == 200
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
    assert audit_events()[-1].action == Action.FACTOR_OFF
    assert "désactivée" in mail.outbox[-1].body


def test_wrong_password_does_not_spend_a_recovery_code(client, doctor, factor):
    codes = factor(doctor).codes
    log_in(client, doctor, codes[0])
    client.post(OFF, {"password": "wrong", "code": codes[1]})
    assert StaticToken.objects.count() == 9


def test_wrong_passwords_on_the_codes_page_lock_the_account(client, doctor, factor, settings):
    settings.AXES_FAILURE_LIMIT = 3
    log_in(client, doctor, factor(doctor).codes[0])
    answers = [client.post(CODES, {"password": f"wrong {n}"}).status_code for n in range(4)]
    assert answers[-1] == 429
    assert not shown_codes(client.post(CODES, {"password": PASSWORD}))


def test_new_recovery_codes_replace_the_old_ones(
    client, doctor, factor, audit_events, django_capture_on_commit_callbacks
):
    enrolled = factor(doctor)
    log_in(client, doctor, enrolled.codes[0])
    assert not shown_codes(client.post(CODES, {"password": "wrong"}))
    with django_capture_on_commit_callbacks(execute=True):
        new_codes = shown_codes(client.post(CODES, {"password": PASSWORD}))
    assert len(set(new_codes) - set(enrolled.codes)) == 10
    assert audit_events()[-1].action == Action.CODES_RENEWED
    assert "codes de secours" in mail.outbox[-1].body
    assert client.get(SECURITY).status_code == 200, "a session that used an old code continues"
    client.logout()
    client.post("/accounts/login/", {"username": doctor.email, "password": PASSWORD})
    assert client.post("/accounts/login/code/", {"code": enrolled.codes[1]}).status_code == 200


def test_page_warns_when_few_recovery_codes_are_left(client, doctor, factor):
    codes = factor(doctor).codes
    log_in(client, doctor, codes[0])
    assert "notice is-warn" not in client.get(SECURITY).content.decode()
    StaticToken.objects.filter(pk__in=StaticToken.objects.values("pk")[:7]).delete()
    page = client.get(SECURITY).content.decode()
    assert "Il reste 2 codes de secours" in page
    assert "notice is-warn" in page


def test_stored_secrets_are_useless_without_the_key(doctor, other_doctor, factor):
    """An attacker has a database dump, or can write to the database."""
    enrolled = factor(doctor)
    key = base64.b32decode(enrolled.secret.replace(" ", ""))
    device = TOTPDevice.objects.get()
    assert key.hex() not in device.key
    stored_tokens = set(StaticToken.objects.values_list("token", flat=True))
    assert not stored_tokens & {code.replace("-", "") for code in enrolled.codes}
    assert not stored_tokens & set(enrolled.codes)
    attacker = factor(other_doctor)
    TOTPDevice.objects.filter(user=doctor).update(
        key=TOTPDevice.objects.get(user=other_doctor).key, last_t=-1
    )
    from accounts.second_factor import services

    assert services.verify(doctor, code_of(attacker.secret)) is None


def test_factor_that_is_on_cannot_be_replaced(doctor):
    """Two set-up pages are open: the first to confirm wins, or its app would stop working."""
    from accounts.second_factor import services

    first = Authenticator.create_unconfirmed(doctor)
    assert services.switch_on(doctor, first.pk, code_of(first.secret))
    second = Authenticator.create_unconfirmed(doctor)
    assert services.switch_on(doctor, second.pk, code_of(second.secret)) is None
    assert TOTPDevice.objects.get(confirmed=True).pk == first.pk
