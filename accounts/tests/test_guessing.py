"""What a guesser without limits could do to those who are not guessed."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from audit import chain
from audit.models import Action, Event
from testing.cast import PASSWORD

pytestmark = pytest.mark.django_db


def test_one_address_does_not_try_everybody(client, doctor):
    """One password for ten thousand accounts: no account is locked, and every try costs a hash and
    an event that stays for ten years."""
    answers = [
        client.post("/accounts/login/", {"username": f"n{n}@example.org", "password": "x"})
        for n in range(62)
    ]
    assert [answer.status_code for answer in answers] == [200] * 60 + [429] * 2
    chain.flush_pending()
    assert Event.objects.filter(action="login_failed").count() == 60
    elsewhere = client.get("/accounts/login/", REMOTE_ADDR="203.0.113.9")
    assert elsewhere.status_code == 200


def test_an_endless_address_is_a_wrong_one(client):
    """PostgreSQL refuses what no column takes: anybody could make the server fail."""
    body = {"email": f"{'a' * 400}@example.org", "password": "x"}
    answer = client.post("/api/v1/auth/token", body, content_type="application/json")
    assert answer.status_code == 401


@pytest.mark.parametrize("typed", ["a\0b@example.org", "\ud800@example.org"])
def test_what_no_column_takes_is_nobodys_address(client, typed):
    """NUL, which PostgreSQL refuses, and half a character: anybody could make the server fail."""
    body = {"email": typed, "password": "x"}
    answer = client.post("/api/v1/auth/token", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["attr"] == "email"


@pytest.mark.parametrize("route", ["/accounts/password/", "/admin/password_change/"])
def test_a_page_left_open_does_not_tell_the_password(page, staff, told, route):
    """Whoever sits down at it could try passwords as fast as the server answers, and then has the
    account for good."""
    mine = page(staff)
    answers = [mine.post(route, new(f"guess {n}")) for n in range(12)]
    assert answers[-1].status_code == 429
    assert mine.post(route, new(PASSWORD), follow=True).status_code == 429, (
        "the right one, too late"
    )
    staff.refresh_from_db()
    assert staff.check_password(PASSWORD)
    assert told(action=Action.LOGIN_FAILED)[0].owner_id == staff.pk


def new(old):
    another = "battery staple horse"
    return {"old_password": old, "new_password1": another, "new_password2": another}


@pytest.mark.django_db(transaction=True)
def test_a_refresh_token_is_good_once_however_often_at_once(doctor):
    """Or who copied one makes a second line of tokens out of it, and the log tells of none."""

    def ask(step, body, together=None):
        if together:
            together.wait()
        answer = Client().post(f"/api/v1/auth/token{step}", body, "application/json")
        connection.close()
        return answer

    with ThreadPoolExecutor(6) as pool:
        for _round in range(4):
            pair = ask("", {"email": doctor.email, "password": PASSWORD}).json()
            told, together = {"refresh": pair["refresh"]}, Barrier(6)
            found = [pool.submit(ask, "/refresh", told, together) for _thread in range(6)]
            assert sorted(one.result().status_code for one in found) == [200] + [401] * 5
