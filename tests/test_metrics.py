"""`/metrics`: what several processes counted, to whoever brings the token; nothing of a person."""

import http.client
import os
import signal

import pytest
from django.conf import settings
from prometheus_client.parser import text_string_to_metric_families

from testing.cast import photograph
from tools.bench import uploads
from tools.servers import web

pytestmark = pytest.mark.long
TOKEN = "told-to-prometheus-only"


def ask(port, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/metrics", headers={"Host": "10.1.2.3"} | headers)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def scraped(port):
    status, text = ask(port, Authorization=f"Bearer {TOKEN}")
    assert status == 200
    families = text_string_to_metric_families(text)
    samples = [sample for family in families for sample in family.samples]

    def sum_of(name, **labels):
        return sum(
            sample.value
            for sample in samples
            if sample.name == f"dermaai_{name}" and labels.items() <= sample.labels.items()
        )

    return sum_of


@pytest.fixture(scope="module")
def watched(tmp_path_factory, sqlite_files):
    """(what was scraped after a few uploads and the work of a worker, the text itself)."""
    folder = tmp_path_factory.mktemp("watched")
    environment = web.environment(
        folder,
        METRICS_TOKEN=TOKEN,
        DATABASE_URL=sqlite_files.copy(folder / "db.sqlite3"),
        SECRET_KEY=settings.SECRET_KEY,  # by which the head of the audit log was sealed
    )
    with uploads.server(environment) as (port, worker):
        client = uploads.Client(port, photograph())
        client.upload(2)
        os.kill(worker, signal.SIGKILL)
        client.upload()  # waits for the next one
        refused = uploads.Client(port, b"no picture")
        with pytest.raises(RuntimeError, match="unsupported_type"):
            refused.upload()
        gallery = "/api/v1/remove-background"
        body = client.body.replace(
            b'name="file"', b'name="title"\r\n\r\nMarie Lefevre\r\n--%s\r\n'
            b'Content-Disposition: form-data; name="file"'
            % client.headers["Content-Type"].rpartition("=")[2].encode(), 1,
        )  # fmt: skip
        client.connection.close()  # the server closes idle ones
        client.connection.request("POST", gallery, body, client.headers)
        assert client.connection.getresponse().status == 202
        waiting = scraped(port)
        web.manage(environment, "worker", "--no-reload", "--batch", capture_output=True)
        yield waiting, scraped(port), ask(port, Authorization=f"Bearer {TOKEN}")[1], port


def test_processes_add_up_and_outlive_themselves(watched):
    """Counts in memory would be one worker's of several, and gone with it."""
    _waiting, then, _text, _port = watched
    assert then("uploads_total", to="consultation") == 3
    assert then("uploads_total", to="gallery") == 1
    assert then("upload_refusals_total", to="consultation", code="unsupported_type") == 1


def test_the_queue_and_what_a_worker_did(watched):
    waiting, then, _text, _port = watched
    assert (waiting("queue_images"), waiting("tasks_waiting")) == (1, 1)
    assert waiting("queue_oldest_seconds") > 0
    assert (then("queue_images"), then("tasks_waiting"), then("queue_oldest_seconds")) == (0, 0, 0)
    assert then("processing_seconds_count") + then("processing_failures_total") == 1


def test_requests_by_view_and_status(watched):
    _waiting, then, _text, _port = watched
    asked = {"view": "api-consultation-images", "method": "POST"}
    assert then("request_seconds_count", **asked, status="201") == 3
    assert then("request_seconds_count", **asked, status="400") == 1
    assert then("request_seconds_sum", **asked) > 0


def test_nothing_of_a_person(watched):
    text = watched[2]
    for word in ("Lefevre", "doctor@", "IMG_", ".jpg", "/api/"):
        assert word not in text


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
def test_without_the_token(watched, headers):
    status, text = ask(watched[3], **headers)
    assert (status, text) == (401, "")


def test_no_token_no_page(client, db):
    assert client.get("/metrics").status_code == 404
