"""Logging in: e-mail in any case, guessing is slowed, and nothing reveals which accounts exist."""

import re

import pytest
from django.core import mail

from accounts.models import User
from testing.cast import PASSWORD, make_user


def log_in(client, email, password=PASSWORD):
    return client.post("/accounts/login/", {"username": email, "password": password})


@pytest.mark.parametrize("email", ["doctor@example.org", "DOCTOR@Example.org"])
def test_login_ignores_the_case_of_the_email(client, doctor, email):
    assert log_in(client, email)["Location"] == "/"
    assert client.get("/").status_code == 200


def test_email_is_stored_in_lower_case(db):
    assert make_user("Some.One@Example.ORG").email == "some.one@example.org"


def test_wrong_password_and_unknown_email_get_the_same_page(client, doctor):
    answers = [
        re.sub(r'(value|content|hx-headers)=("[^"]*"|\'[^\']*\')', "", page.content.decode())
        for page in (log_in(client, doctor.email, "wrong"), log_in(client, "no@example.org"))
    ]
    assert answers[0] == answers[1]


def test_inactive_user_cannot_log_in(client, doctor):
    User.objects.update(is_active=False)
    assert log_in(client, doctor.email).status_code == 200


def test_repeated_wrong_passwords_lock_the_account(client, doctor, other_doctor, settings):
    settings.AXES_FAILURE_LIMIT = 3
    answers = [log_in(client, doctor.email, f"wrong {n}").status_code for n in range(4)]
    assert answers[-1] == 429
    assert log_in(client, doctor.email).status_code == 429, "the right password does not help now"
    assert log_in(client, other_doctor.email).status_code == 302, "a colleague is not locked out"


def test_wrong_passwords_through_the_api_lock_the_account(client, doctor, other_doctor, settings):
    settings.AXES_FAILURE_LIMIT = 3

    def token(email, password):
        body = {"email": email, "password": password}
        return client.post("/api/v1/auth/token", body, content_type="application/json")

    for n in range(3):
        token(doctor.email, f"wrong {n}")
    locked = token(doctor.email, PASSWORD)
    assert locked.status_code == 429
    assert int(locked["Retry-After"]) > 0
    assert locked.json()["errors"][0]["code"] == "throttled"
    assert token(other_doctor.email, PASSWORD).status_code == 200


def test_password_change_invalidates_tokens(client, doctor):
    body = {"email": doctor.email, "password": PASSWORD}
    pair = client.post("/api/v1/auth/token", body, content_type="application/json").json()
    headers = {"Authorization": f"Bearer {pair['access']}"}
    assert client.get("/api/v1/patients", headers=headers).status_code == 200
    doctor.set_password("an entirely new one")
    doctor.save()
    assert client.get("/api/v1/patients", headers=headers).status_code == 401
    refresh = client.post(
        "/api/v1/auth/token/refresh",
        {"refresh": pair["refresh"]},
        content_type="application/json",
    )
    assert refresh.status_code == 401
    assert refresh.json()["errors"][0]["code"] == "password_changed"


def test_login_redirects_to_local_paths_only(client, doctor):
    body = {"username": doctor.email, "password": PASSWORD, "next": "https://evil.example/"}
    assert client.post("/accounts/login/", body)["Location"] == "/"
    body["next"] = "/patients/"
    assert client.post("/accounts/login/", body)["Location"] == "/patients/"


def test_password_reset_by_mail(client, doctor):
    for email in (doctor.email, "nobody@example.org"):
        sent = client.post("/accounts/password-reset/", {"email": email})
        assert sent["Location"] == "/accounts/password-reset/sent/"
    (letter,) = mail.outbox
    assert letter.to == [doctor.email]
    link = re.search(r"http://testserver(/\S+)", letter.body)[1]
    form = client.get(link)["Location"]
    new = {"new_password1": "an entirely new one", "new_password2": "an entirely new one"}
    assert client.post(form, new)["Location"] == "/accounts/password-reset/done/"
    assert log_in(client, doctor.email, "an entirely new one").status_code == 302
    client.logout()
    page = client.get(link, follow=True).content.decode()
    assert "new_password1" not in page, "a link works once"


def test_language_is_the_users_choice_then_the_browsers(client, doctor):
    log_in(client, doctor.email)
    french, english = {"Accept-Language": "fr"}, {"Accept-Language": "en"}
    assert "Bonjour" in client.get("/", headers=french).content.decode()
    assert "Hello" in client.get("/", headers=english).content.decode()
    assert "Bonjour" in client.get("/", headers={"Accept-Language": "de"}).content.decode()
    body = {"full_name": "Dr X", "language": "en"}
    assert client.post("/accounts/profile/", body).status_code == 302
    assert "Hello, Dr X" in client.get("/", headers=french).content.decode()


def test_staff_home_redirects_to_the_admin(page, staff):
    assert page(staff).get("/")["Location"] == "/admin/"


def test_login_page_has_security_headers(client):
    response = client.get("/accounts/login/")
    assert "no-store" in response["Cache-Control"]
    assert client.get("/accounts/password-reset/sent/")["Cache-Control"] == "private, no-store"
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Frame-Options"] == "DENY"


def test_password_change_shows_a_confirmation(page, doctor):
    body = {
        "old_password": PASSWORD,
        "new_password1": "an entirely new one",
        "new_password2": "an entirely new one",
    }
    changed = page(doctor).post("/accounts/password/", body, follow=True)
    assert changed.redirect_chain == [("/accounts/security/", 302)]
    assert "data-toast" in changed.content.decode()
