"""Password reset: it does not reveal who has an account, and cannot flood a mailbox."""

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


def ask(client, email, **options):
    return client.post(PATH, {"email": email}, **options)


def test_reset_requests_are_limited_per_mailbox(client, doctor):
    """An address without an account is refused after as many requests, so they look the same."""
    for email in (doctor.email, "nobody@example.org"):
        answers = [ask(client, email.title(), REMOTE_ADDR=f"203.0.113.{n}") for n in range(7)]
        assert [answer.status_code for answer in answers] == [302] * 5 + [429] * 2
        assert int(answers[-1]["Retry-After"]) > 0
    assert len(mail.outbox) == 5


def test_reset_requests_are_limited_per_client_address(client):
    answers = [ask(client, f"nobody{n}@example.org").status_code for n in range(22)]
    assert answers == [302] * 20 + [429] * 2


def test_reset_email_is_sent_by_a_worker(client, doctor, settings):
    """Sent during the request, its response time would reveal who has an account."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    assert ask(client, doctor.email).status_code == 302
    assert not mail.outbox
    reset.send_reset_links.call([doctor.pk], "derma.example.org", True, "fr")
    (message,) = mail.outbox
    assert message.to == [doctor.email]
    assert "https://derma.example.org/accounts/password-reset/" in message.body


def test_reset_email_is_in_the_recipients_language(client):
    make_user("anne@example.org", language="en")
    ask(client, "anne@example.org", headers={"Accept-Language": "fr"})
    assert "A new password was requested" in mail.outbox[0].body


@pytest.mark.parametrize(
    ("address", "network_address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", ""),
    ],
)
def test_client_network_is_the_64_bit_prefix_of_ipv6(address, network_address):
    assert network.client_network(RequestFactory().get("/", REMOTE_ADDR=address)) == network_address


@pytest.mark.parametrize(
    ("path", "name", "post_options"),
    [
        ("/accounts/login/", "username", {}),
        ("/api/v1/auth/token", "email", {"content_type": "application/json"}),
    ],
)
def test_lockout_counts_an_ipv6_network_as_one_address(
    client, doctor, settings, path, name, post_options
):
    """One line has 2^64 IPv6 addresses: counted one by one, guessing was not slowed at all."""
    settings.AXES_FAILURE_LIMIT = 3
    answers = []
    for n in range(1, 5):
        body, address = {name: doctor.email, "password": f"wrong {n}"}, f"2001:db8::{n}"
        answers.append(client.post(path, body, REMOTE_ADDR=address, **post_options).status_code)
    assert answers[-1] == 429


@pytest.mark.parametrize("path", ["accounts.tasks.tell", "accounts.reset.send"])
def test_old_task_paths_still_import(path):
    """Otherwise an e-mail that was queued before an upgrade would never be sent."""
    assert isinstance(import_string(path), Task)
