"""Probes: alive and ready, for whoever asks, and nothing told that is not theirs to know."""

from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.core.files.storage import storages
from django.utils import timezone

from dermaai import probes
from gallery.models import UserImage
from imaging.storage import health


@pytest.fixture(autouse=True)
def asked_anew():
    probes._cached["until"] = 0.0


@pytest.fixture
def over_http(settings):
    """As production has it: everything else goes to HTTPS."""
    settings.SECURE_SSL_REDIRECT = True


@pytest.mark.usefixtures("over_http")
def test_alive_without_a_database(client):
    """No `db`: pytest-django fails a test that asks the database."""
    answer = client.get("/healthz", headers={"Host": "10.1.2.3"})
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies


@pytest.mark.usefixtures("over_http")
def test_ready(client, db):
    answer = client.get("/readyz", headers={"Host": "10.1.2.3"})
    assert answer.status_code == 200
    names = ["database", *django_settings.CONTAINERS, "queue"]
    assert answer.json() == {"status": "ok", "checks": dict.fromkeys(names, "ok")}


def test_a_container_that_does_not_answer(client, db, monkeypatch, caplog):
    def fail(container):
        if container == "processed":
            raise OSError("account=secret")

    monkeypatch.setattr(health, "check", fail)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["processed"] == "failed"
    assert answer.json()["checks"]["originals"] == "ok"
    assert "secret" not in answer.content.decode() + caplog.text


def test_a_container_that_takes_too_long(client, db, monkeypatch):
    from threading import Event

    over = Event()
    monkeypatch.setattr(health, "check", lambda container: over.wait(20))
    monkeypatch.setattr(probes, "TIMEOUT", 0.05)
    try:
        assert client.get("/readyz").status_code == 503
    finally:
        over.set()


def test_a_folder_that_nobody_may_write_to(monkeypatch):
    health.check("originals")
    monkeypatch.setattr("os.access", lambda *arguments: False)
    with pytest.raises(PermissionError):
        health.check("originals")


def test_on_azure_one_question(monkeypatch):
    asked = []

    class Client:
        def get_container_properties(self):
            asked.append(1)

    class Container:
        client = Client()

    monkeypatch.setattr(type(storages), "__getitem__", lambda self, name: Container())
    health.check("originals")
    assert asked == [1]


@pytest.mark.parametrize(("age", "status"), [(800, 200), (1000, 503)])
def test_a_queue_that_nobody_serves(client, user_image, age, status):
    UserImage.objects.update(due_at=timezone.now() - timedelta(seconds=age))
    assert client.get("/readyz").status_code == status


def test_a_queue_may_be_left_out(client, user_image, settings):
    settings.READY_QUEUE_AGE = 0
    UserImage.objects.update(due_at=timezone.now() - timedelta(days=1))
    assert client.get("/readyz").status_code == 200


def test_an_answer_stands_for_a_moment(client, db, monkeypatch):
    client.get("/readyz")
    monkeypatch.setattr(probes, "_all_checks", lambda: 1 / 0)
    assert client.get("/readyz").status_code == 200
