"""What a guesser without limits could do to those who are not guessed."""

import pytest

from audit import chain
from audit.models import Event

pytestmark = pytest.mark.django_db


def test_one_address_does_not_try_everybody(client, doctor):
    """One password for ten thousand accounts: no account is locked, and every try costs a hash and
    an event that stays for ten years."""
    answers = [
        client.post("/accounts/login/", {"username": f"n{n}@example.org", "password": "x"})
        for n in range(62)
    ]
    assert [answer.status_code for answer in answers] == [200] * 60 + [429] * 2
    chain.catch_up()
    assert Event.objects.filter(action="login_failed").count() == 60
    elsewhere = client.get("/accounts/login/", REMOTE_ADDR="203.0.113.9")
    assert elsewhere.status_code == 200


def test_an_endless_address_is_a_wrong_one(client):
    """PostgreSQL refuses what no column takes: anybody could make the server fail."""
    body = {"email": f"{'a' * 400}@example.org", "password": "x"}
    answer = client.post("/api/v1/auth/token", body, content_type="application/json")
    assert answer.status_code == 401
