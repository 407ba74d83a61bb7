"""Logging in again in place: the answers that the dialog of an ended session gets."""

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client

from testing.cast import PASSWORD
from testing.totp import code_of, wrong_code

AGAIN, CODE = "/accounts/login/again/", "/accounts/login/again/code/"


def enter_password(client, user, password=PASSWORD, page_of=None, **headers):
    body = {"username": user.email, "password": password, "user": (page_of or user).pk}
    return client.post(AGAIN, body, **headers)


def signed_in(client):
    return client.get(AGAIN).json()["user"]


def test_password_takes_the_session_up_with_a_new_token(doctor):
    """Whatever the page sends next must carry the token of the new session."""
    browser = Client(enforce_csrf_checks=True)
    before = browser.get(AGAIN).json()
    assert before["user"] == ""
    assert enter_password(browser, doctor).status_code == 403, "without a token"
    answer = enter_password(browser, doctor, headers={"X-CSRFToken": before["csrf"]})
    assert answer.json()["user"] == str(doctor.pk)
    cookie = browser.cookies["csrftoken"].value
    body = {"language": "fr", "full_name": "Dr Claire Rousseau"}
    old = browser.post("/accounts/profile/", body, headers={"X-CSRFToken": before["csrf"]})
    new = browser.post("/accounts/profile/", body, headers={"X-CSRFToken": answer.json()["csrf"]})
    assert (old.status_code, new.status_code) == (403, 302)
    assert (
        browser.post("/accounts/profile/", body, headers={"X-CSRFToken": cookie}).status_code == 302
    )


def test_code_is_asked_of_those_who_have_one(client, doctor, factor):
    secret = factor(doctor).secret
    assert enter_password(client, doctor).json() == {"step": "code"}
    assert SESSION_KEY not in client.session
    assert signed_in(client) == ""
    wrong = client.post(CODE, {"code": wrong_code(secret)})
    assert wrong.status_code == 400
    assert "Code incorrect" in wrong.json()["errors"][0]
    soon = client.post(CODE, {"code": code_of(secret)})
    assert (soon.status_code, len(soon.json()["errors"])) == (429, 1), "the pause after a wrong one"
    assert signed_in(client) == ""


@pytest.mark.parametrize("recovery", [False, True])
def test_code_or_recovery_code_signs_in(client, doctor, factor, recovery):
    enrolled = factor(doctor)
    enter_password(client, doctor)
    code = enrolled.codes[0] if recovery else code_of(enrolled.secret)
    answer = client.post(f"{CODE}?recovery=1" if recovery else CODE, {"code": code})
    assert answer.json()["user"] == str(doctor.pk)
    assert client.get("/gallery/").status_code == 200


def test_code_without_a_password_asks_for_the_password(client, doctor, factor):
    """The half-done login has expired: no message is kept for some later page."""
    secret = factor(doctor).secret
    answer = client.post(CODE, {"code": code_of(secret)})
    assert (answer.status_code, answer.json()["step"]) == (400, "password")
    assert signed_in(client) == ""
    assert not client.session.get("_messages")


def test_wrong_passwords_lock_the_account_as_on_the_login_page(client, doctor, settings):
    """Otherwise this would be the door for guessing."""
    settings.AXES_FAILURE_LIMIT = 3
    answers = [enter_password(client, doctor, f"wrong {n}") for n in range(3)]
    assert [answer.status_code for answer in answers] == [400, 400, 429]
    assert enter_password(client, doctor).status_code == 429, "the right password does not help now"
    body = {"username": doctor.email, "password": PASSWORD}
    assert client.post("/accounts/login/", body).status_code == 429, "one lock for both"


def test_attempts_are_limited_together_with_the_login_page(client, doctor):
    form = {"username": "nobody@example.org", "password": "x"}
    for _attempt in range(60):
        client.post("/accounts/login/", form)
    assert enter_password(client, doctor).status_code == 429


def test_other_person_is_not_signed_in_on_someone_elses_page(client, doctor, other_doctor):
    """The pictures that wait there would go out in the wrong name."""
    answer = enter_password(client, other_doctor, page_of=doctor)
    assert answer.status_code == 403
    assert signed_in(client) == ""
