"""`/metrics`: totals of several processes, only with the token and without personal data."""

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


def get_metrics(port, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/metrics", headers={"Host": "10.1.2.3"} | headers)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def scrape(port):
    status, text = get_metrics(port, Authorization=f"Bearer {TOKEN}")
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
def scraped_site(tmp_path_factory, sqlite_files):
    """(metrics before and after a worker's run, the text, the port), after a few uploads."""
    folder = tmp_path_factory.mktemp("scraped")
    environment = web.environment(
        folder,
        METRICS_TOKEN=TOKEN,
        DATABASE_URL=sqlite_files.copy(folder / "db.sqlite3"),
        SECRET_KEY=settings.SECRET_KEY,  # the head of the audit log was sealed with it
    )
    with uploads.server(environment) as (port, worker):
        client = uploads.Client(port, photograph())
        client.upload(2)
        os.kill(worker, signal.SIGKILL)
        client.upload()  # waits for a new process
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
        before = scrape(port)
        web.manage(environment, "worker", "--no-reload", "--batch", capture_output=True)
        yield before, scrape(port), get_metrics(port, Authorization=f"Bearer {TOKEN}")[1], port


def test_counts_add_up_across_processes_and_survive_them(scraped_site):
    """Counts in memory would cover one process only, and be lost with it."""
    _before, after, _text, _port = scraped_site
    assert after("uploads_total", to="consultation") == 3
    assert after("uploads_total", to="gallery") == 1
    assert after("upload_refusals_total", to="consultation", code="unsupported_type") == 1


def test_queue_and_processing_are_measured(scraped_site):
    before, after, _text, _port = scraped_site
    assert (before("queue_images"), before("tasks_waiting")) == (1, 1)
    assert before("queue_oldest_seconds") > 0
    assert (after("queue_images"), after("tasks_waiting"), after("queue_oldest_seconds")) == (
        0,
        0,
        0,
    )
    assert after("processing_seconds_count") + after("processing_failures_total") == 1


def test_requests_are_counted_by_view_and_status(scraped_site):
    _before, after, _text, _port = scraped_site
    labels = {"view": "api-consultation-images", "method": "POST"}
    assert after("request_seconds_count", **labels, status="201") == 3
    assert after("request_seconds_count", **labels, status="400") == 1
    assert after("request_seconds_sum", **labels) > 0


def test_metrics_contain_no_personal_data(scraped_site):
    text = scraped_site[2]
    for word in ("Lefevre", "doctor@", "IMG_", ".jpg", "/api/"):
        assert word not in text


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
def test_metrics_without_the_token_answer_401(scraped_site, headers):
    status, text = get_metrics(scraped_site[3], **headers)
    assert (status, text) == (401, "")


def test_metrics_answer_404_when_no_token_is_set(client, db):
    assert client.get("/metrics").status_code == 404
