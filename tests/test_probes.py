"""Probes: `/healthz` and `/readyz`, without revealing anything confidential."""

from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from core import probes as registry
from dermaai import probes
from gallery.models import UserImage
from imaging.storage import health


@pytest.fixture(autouse=True)
def fresh_cache():
    probes.clear_cache()


@pytest.fixture
def over_http(settings):
    """As in production, where all other paths redirect to HTTPS."""
    settings.SECURE_SSL_REDIRECT = True


@pytest.mark.usefixtures("over_http")
def test_healthz_needs_no_database(client):
    """Without the fixture `db`, pytest-django fails a test that queries the database."""
    answer = client.get("/healthz", headers={"Host": "10.1.2.3"})
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies


@pytest.mark.usefixtures("over_http")
def test_readyz_checks_database_containers_and_queue(client, db):
    answer = client.get("/readyz", headers={"Host": "10.1.2.3"})
    assert answer.status_code == 200
    names = ["database", *django_settings.CONTAINERS, "queue"]
    assert answer.json() == {"status": "ok", "checks": dict.fromkeys(names, "ok")}


def test_failing_container_is_not_ready(client, db, monkeypatch, caplog):
    def fail(container):
        if container == "processed":
            raise OSError("account=secret")

    monkeypatch.setattr(health, "check", fail)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["processed"] == "failed"
    assert answer.json()["checks"]["originals"] == "ok"
    assert "secret" not in answer.content.decode() + caplog.text


def test_slow_container_is_not_ready(client, db, monkeypatch):
    from threading import Event

    release = Event()
    monkeypatch.setattr(health, "check", lambda container: release.wait(20))
    monkeypatch.setattr(probes, "TIMEOUT", 0.05)
    try:
        assert client.get("/readyz").status_code == 503
    finally:
        release.set()


def test_unwritable_folder_fails_the_check(monkeypatch):
    health.check("originals")
    monkeypatch.setattr("os.access", lambda *arguments: False)
    with pytest.raises(PermissionError):
        health.check("originals")


def test_azure_check_makes_one_request(monkeypatch):
    requests = []

    class Client:
        def get_container_properties(self):
            requests.append(1)

    class Container:
        client = Client()

    monkeypatch.setattr(health, "storages", {"originals": Container()})
    health.check("originals")
    assert requests == [1]


@pytest.mark.parametrize(("age", "status"), [(800, 200), (1000, 503)])
def test_old_queue_is_not_ready(client, user_image, age, status):
    UserImage.objects.update(due_at=timezone.now() - timedelta(seconds=age))
    assert client.get("/readyz").status_code == status


def test_queue_check_can_be_switched_off(client, user_image, settings):
    settings.READY_QUEUE_AGE = 0
    UserImage.objects.update(due_at=timezone.now() - timedelta(days=1))
    assert client.get("/readyz").status_code == 200


def test_readyz_answer_is_cached_briefly(client, db, monkeypatch):
    client.get("/readyz")
    monkeypatch.setattr(registry, "registered", lambda: 1 / 0)
    assert client.get("/readyz").status_code == 200
