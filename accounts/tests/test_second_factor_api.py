"""API tokens: with a second factor, a password alone gives none."""

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
def post_json(client):
    """`ask(path, **body)`: status, JSON."""

    def post(path, **body):
        answer = client.post(path, body, content_type="application/json")
        return answer.status_code, answer.json()

    return post


def refusal(answer):
    status, body = answer
    assert set(body) == {"type", "errors"}
    return status, body["errors"][0]["code"]


def gallery_status(client, pair):
    headers = {"Authorization": f"Bearer {pair['access']}"}
    return client.get("/api/v1/gallery", headers=headers).status_code


def test_token_requires_otp_when_the_factor_is_on(post_json, client, doctor, factor, audit_events):
    secret = factor(doctor).secret
    login = {"email": doctor.email, "password": PASSWORD}
    assert refusal(post_json(TOKEN, **login)) == (401, "otp_required")
    assert refusal(post_json(TOKEN, **login, otp="")) == (400, "blank")
    assert refusal(post_json(TOKEN, **login, otp=wrong_code(secret))) == (401, "otp_invalid")
    assert refusal(post_json(TOKEN, **login, otp=code_of(secret))) == (429, "throttled")
    with time_machine.travel(timezone.now() + timedelta(seconds=2)):
        status, pair = post_json(TOKEN, **login, otp=code_of(secret))
        assert (status, gallery_status(client, pair)) == (200, 200)
        assert refusal(post_json(TOKEN, **login, otp=code_of(secret))) == (401, "otp_invalid"), (
            "spent"
        )
    assert len(audit_events(action=Action.TOKEN)) == 1, "refused requests are not audited as tokens"


def test_wrong_password_does_not_reveal_the_second_factor(post_json, doctor, other_doctor, factor):
    secret = factor(doctor).secret
    for user in (doctor, other_doctor):
        answer = refusal(post_json(TOKEN, email=user.email, password="wrong", otp=code_of(secret)))
        assert answer == (401, "no_active_account")


def test_recovery_code_gives_a_token_once(post_json, doctor, factor):
    code = factor(doctor).codes[0]
    login = {"email": doctor.email, "password": PASSWORD, "otp": code}
    assert post_json(TOKEN, **login)[0] == 200
    assert refusal(post_json(TOKEN, **login)) == (401, "otp_invalid")


def test_repeated_wrong_codes_lock_the_account(post_json, doctor, other_doctor, factor, settings):
    settings.AXES_FAILURE_LIMIT = 3
    secret = factor(doctor).secret
    login = {"email": doctor.email, "password": PASSWORD}
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _try in range(3):
            assert refusal(post_json(TOKEN, **login, otp=wrong_code(secret))) == (
                401,
                "otp_invalid",
            )
            clock.shift(9)
        assert refusal(post_json(TOKEN, **login, otp=code_of(secret))) == (429, "throttled")
        assert post_json(TOKEN, email=other_doctor.email, password=PASSWORD)[0] == 200


def test_switching_the_factor_on_or_off_invalidates_tokens(post_json, client, doctor, factor):
    """Whoever stole a token before must not be able to keep it by refreshing it."""
    login = {"email": doctor.email, "password": PASSWORD}
    _status, old_pair = post_json(TOKEN, **login)
    assert gallery_status(client, old_pair) == 200
    enrolled = factor(doctor)
    assert gallery_status(client, old_pair) == 401
    refused = post_json(f"{TOKEN}/refresh", refresh=old_pair["refresh"])
    assert refusal(refused) == (401, "token_not_valid")

    _status, pair = post_json(TOKEN, **login, otp=code_of(enrolled.secret))
    status, renewed_pair = post_json(f"{TOKEN}/refresh", refresh=pair["refresh"])
    assert (status, gallery_status(client, renewed_pair)) == (200, 200), "refreshing needs no code"
    services.switch_off(doctor)
    assert gallery_status(client, renewed_pair) == 401
    refused = post_json(f"{TOKEN}/refresh", refresh=renewed_pair["refresh"])
    assert refusal(refused) == (401, "token_not_valid")


def test_token_refresh_is_audited_once(post_json, doctor, audit_events):
    _status, pair = post_json(TOKEN, email=doctor.email, password=PASSWORD)
    post_json(f"{TOKEN}/refresh", refresh=pair["refresh"])
    assert refusal(post_json(f"{TOKEN}/refresh", refresh=pair["refresh"])) == (
        401,
        "token_not_valid",
    )
    (event,) = audit_events(action=Action.REFRESHED)
    assert (event.actor_id, event.owner_id) == (doctor.pk, doctor.pk)


def test_refresh_token_of_a_deleted_user_answers_401(post_json, doctor):
    _status, pair = post_json(TOKEN, email=doctor.email, password=PASSWORD)
    doctor.delete()
    refused = post_json(f"{TOKEN}/refresh", refresh=pair["refresh"])
    assert refusal(refused) == (401, "user_not_found")


def test_schema_documents_the_second_factor(client):
    schema = client.get("/api/schema", headers={"Accept": "application/json"}).content.decode()
    for word in ("otp", "otp_required", "otp_invalid", "otp_setup_required"):
        assert word in schema
