"""Tokens of the API: a password alone gives none where there is a second factor."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.second_factor import services
from audit.models import Action
from testing.cast import PASSWORD
from testing.totp import code_of, wrong_code

pytestmark = pytest.mark.alike
TOKEN = "/api/v1/auth/token"


@pytest.fixture
def ask(client):
    """`ask(path, **body)`: status, JSON."""

    def post(path, **body):
        answer = client.post(path, body, content_type="application/json")
        return answer.status_code, answer.json()

    return post


def refusal(answer):
    status, body = answer
    assert set(body) == {"type", "errors"}
    return status, body["errors"][0]["code"]


def opens(client, pair):
    headers = {"Authorization": f"Bearer {pair['access']}"}
    return client.get("/api/v1/gallery", headers=headers).status_code


def test_the_code_is_asked_for_by_name(ask, client, doctor, factor, told):
    secret = factor(doctor).secret
    login = {"email": doctor.email, "password": PASSWORD}
    assert refusal(ask(TOKEN, **login)) == (401, "otp_required")
    assert refusal(ask(TOKEN, **login, otp="")) == (400, "blank")
    assert refusal(ask(TOKEN, **login, otp=wrong_code(secret))) == (401, "otp_invalid")
    assert refusal(ask(TOKEN, **login, otp=code_of(secret))) == (429, "throttled")
    with time_machine.travel(timezone.now() + timedelta(seconds=2)):
        status, pair = ask(TOKEN, **login, otp=code_of(secret))
        assert (status, opens(client, pair)) == (200, 200)
        assert refusal(ask(TOKEN, **login, otp=code_of(secret))) == (401, "otp_invalid"), "spent"
    assert len(told(action=Action.TOKEN)) == 1, "what was refused was not given"


def test_nothing_is_told_to_who_lacks_the_password(ask, doctor, other_doctor, factor):
    secret = factor(doctor).secret
    for user in (doctor, other_doctor):
        told = refusal(ask(TOKEN, email=user.email, password="wrong", otp=code_of(secret)))
        assert told == (401, "no_active_account")


def test_a_recovery_code_will_do(ask, doctor, factor):
    code = factor(doctor).codes[0]
    login = {"email": doctor.email, "password": PASSWORD, "otp": code}
    assert ask(TOKEN, **login)[0] == 200
    assert refusal(ask(TOKEN, **login)) == (401, "otp_invalid")


def test_wrong_codes_lock(ask, doctor, other_doctor, factor, settings):
    settings.AXES_FAILURE_LIMIT = 3
    secret = factor(doctor).secret
    login = {"email": doctor.email, "password": PASSWORD}
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _try in range(3):
            assert refusal(ask(TOKEN, **login, otp=wrong_code(secret))) == (401, "otp_invalid")
            clock.shift(9)
        assert refusal(ask(TOKEN, **login, otp=code_of(secret))) == (429, "throttled")
        assert ask(TOKEN, email=other_doctor.email, password=PASSWORD)[0] == 200


def test_tokens_end_when_the_factor_is_switched_on_or_off(ask, client, doctor, factor):
    """Who stole one before must not keep it by renewing it for ever."""
    login = {"email": doctor.email, "password": PASSWORD}
    _status, before = ask(TOKEN, **login)
    assert opens(client, before) == 200
    made = factor(doctor)
    assert opens(client, before) == 401
    refused = ask(f"{TOKEN}/refresh", refresh=before["refresh"])
    assert refusal(refused) == (401, "token_not_valid")

    _status, during = ask(TOKEN, **login, otp=code_of(made.secret))
    status, renewed = ask(f"{TOKEN}/refresh", refresh=during["refresh"])
    assert (status, opens(client, renewed)) == (200, 200), "renewing asks for no code"
    services.switch_off(doctor)
    assert opens(client, renewed) == 401
    refused = ask(f"{TOKEN}/refresh", refresh=renewed["refresh"])
    assert refusal(refused) == (401, "token_not_valid")


def test_a_refreshed_token_is_in_the_log(ask, doctor, told):
    _status, pair = ask(TOKEN, email=doctor.email, password=PASSWORD)
    ask(f"{TOKEN}/refresh", refresh=pair["refresh"])
    assert refusal(ask(f"{TOKEN}/refresh", refresh=pair["refresh"])) == (401, "token_not_valid")
    (event,) = told(action=Action.REFRESHED)
    assert (event.actor_id, event.owner_id) == (doctor.pk, doctor.pk)


def test_a_deleted_users_token_is_refused_not_a_crash(ask, doctor):
    _status, pair = ask(TOKEN, email=doctor.email, password=PASSWORD)
    doctor.delete()
    refused = ask(f"{TOKEN}/refresh", refresh=pair["refresh"])
    assert refusal(refused) == (401, "user_not_found")


def test_the_schema_tells_of_it(client):
    schema = client.get("/api/schema", headers={"Accept": "application/json"}).content.decode()
    for word in ("otp", "otp_required", "otp_invalid", "otp_setup_required"):
        assert word in schema
