"""A forgotten password: no way to find out who has an account, nor to fill somebody's mailbox."""

import pytest
from django.core import mail
from django.test import RequestFactory
from django.utils.module_loading import import_string
from django_tasks.base import Task

from accounts import reset
from core import network
from testing.cast import make_user

PATH = "/accounts/password-reset/"
pytestmark = [pytest.mark.django_db, pytest.mark.alike]


def ask(client, email, **more):
    return client.post(PATH, {"email": email}, **more)


def test_a_mailbox_is_not_flooded(client, doctor):
    """Nor told apart: an address without an account is refused after as many."""
    for email in (doctor.email, "nobody@example.org"):
        answers = [ask(client, email.title(), REMOTE_ADDR=f"203.0.113.{n}") for n in range(7)]
        assert [answer.status_code for answer in answers] == [302] * 5 + [429] * 2
        assert int(answers[-1]["Retry-After"]) > 0
    assert len(mail.outbox) == 5


def test_one_address_does_not_ask_for_everybody(client):
    answers = [ask(client, f"nobody{n}@example.org").status_code for n in range(22)]
    assert answers == [302] * 20 + [429] * 2


def test_the_letter_is_a_workers(client, doctor, settings):
    """Sent while the request waits, it would tell by the clock who has an account."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    assert ask(client, doctor.email).status_code == 302
    assert not mail.outbox
    reset.send_reset_links.call([doctor.pk], "derma.example.org", True, "fr")
    (letter,) = mail.outbox
    assert letter.to == [doctor.email]
    assert "https://derma.example.org/accounts/password-reset/" in letter.body


def test_the_letter_is_in_the_language_of_its_reader(client):
    make_user("anne@example.org", language="en")
    ask(client, "anne@example.org", headers={"Accept-Language": "fr"})
    assert "A new password was requested" in mail.outbox[0].body


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", ""),
    ],
)
def test_an_ipv6_line_is_one_place(address, counted):
    assert network.client_network(RequestFactory().get("/", REMOTE_ADDR=address)) == counted


@pytest.mark.parametrize(
    ("path", "name", "sent_as"),
    [
        ("/accounts/login/", "username", {}),
        ("/api/v1/auth/token", "email", {"content_type": "application/json"}),
    ],
)
def test_a_new_ipv6_address_is_no_new_try(client, doctor, settings, path, name, sent_as):
    """Who has one line has 2^64 of them: counted one by one, guessing was not slowed at all."""
    settings.AXES_FAILURE_LIMIT = 3
    answers = []
    for n in range(1, 5):
        body, address = {name: doctor.email, "password": f"wrong {n}"}, f"2001:db8::{n}"
        answers.append(client.post(path, body, REMOTE_ADDR=address, **sent_as).status_code)
    assert answers[-1] == 429


@pytest.mark.parametrize("path", ["accounts.tasks.tell", "accounts.reset.send"])
def test_a_task_that_was_queued_before_an_upgrade_is_still_found(path):
    """Otherwise an e-mail that waited meanwhile would never be sent."""
    assert isinstance(import_string(path), Task)
