"""Guessing credentials: limits that hold across accounts, and input that must not crash a login."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from audit import chain
from audit.models import Action, Event
from testing.cast import PASSWORD

pytestmark = pytest.mark.django_db


def test_logins_from_one_address_are_limited_across_accounts(client, doctor):
    """One password tried on ten thousand accounts locks none of them, and each attempt costs a hash
    and an audit event that is kept for ten years."""
    answers = [
        client.post("/accounts/login/", {"username": f"n{n}@example.org", "password": "x"})
        for n in range(62)
    ]
    assert [answer.status_code for answer in answers] == [200] * 60 + [429] * 2
    chain.flush_pending()
    assert Event.objects.filter(action="login_failed").count() == 60
    elsewhere = client.get("/accounts/login/", REMOTE_ADDR="203.0.113.9")
    assert elsewhere.status_code == 200


def test_token_with_an_overlong_email_answers_401(client):
    """PostgreSQL refuses text longer than its column: anybody could cause a 500."""
    body = {"email": f"{'a' * 400}@example.org", "password": "x"}
    answer = client.post("/api/v1/auth/token", body, content_type="application/json")
    assert answer.status_code == 401


@pytest.mark.parametrize("typed", ["a\0b@example.org", "\ud800@example.org"])
def test_token_with_an_unstorable_email_answers_400(client, typed):
    """NUL, which PostgreSQL refuses, and a lone surrogate: anybody could cause a 500."""
    body = {"email": typed, "password": "x"}
    answer = client.post("/api/v1/auth/token", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "email"


@pytest.mark.parametrize("route", ["/accounts/password/", "/admin/password_change/"])
def test_guessing_the_old_password_on_the_change_form_is_limited(page, staff, audit_events, route):
    """Somebody at an unattended screen could otherwise try passwords at full speed and then take
    over the account."""
    browser = page(staff)
    answers = [browser.post(route, password_form(f"guess {n}")) for n in range(12)]
    assert answers[-1].status_code == 429
    assert browser.post(route, password_form(PASSWORD), follow=True).status_code == 429, (
        "even the right password is refused by now"
    )
    staff.refresh_from_db()
    assert staff.check_password(PASSWORD)
    assert audit_events(action=Action.LOGIN_FAILED)[0].owner_id == staff.pk


def password_form(old):
    password = "battery staple horse"
    return {"old_password": old, "new_password1": password, "new_password2": password}


@pytest.mark.django_db(transaction=True)
def test_refresh_token_works_once_under_concurrent_requests(doctor):
    """Otherwise a copied token could start a second, unlogged chain of tokens."""

    def ask(step, body, barrier=None):
        if barrier:
            barrier.wait()
        answer = Client().post(f"/api/v1/auth/token{step}", body, "application/json")
        connection.close()
        return answer

    with ThreadPoolExecutor(6) as pool:
        for _round in range(4):
            pair = ask("", {"email": doctor.email, "password": PASSWORD}).json()
            body, barrier = {"refresh": pair["refresh"]}, Barrier(6)
            futures = [pool.submit(ask, "/refresh", body, barrier) for _thread in range(6)]
            assert sorted(future.result().status_code for future in futures) == [200] + [401] * 5
