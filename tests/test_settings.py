"""Settings: refused values, logging, and the content security policy."""

import json
import logging
import re
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory

from core.context import RequestIdFilter, RequestIdMiddleware
from dermaai.csp import azure_origin, content_security_policy
from dermaai.hosts import check_hosts
from dermaai.logs import JsonFormatter, logging_config
from tools.servers import web


@pytest.mark.parametrize(
    ("hosts", "debug"),
    [
        (["*"], False),
        (["derm.example.org", "*"], False),
        (["*"], True),
        (["derm.example.org"], True),
        (["localhost", ".example.org"], True),
        (["198.41.0.4"], True),
    ],
)
def test_wildcard_hosts_and_debug_on_public_hosts_are_refused(hosts, debug):
    with pytest.raises(ImproperlyConfigured):
        check_hosts(hosts, debug=debug)


@pytest.mark.parametrize(
    ("hosts", "debug"),
    [
        (["derm.example.org"], False),
        (["localhost", "127.0.0.1", "[::1]"], True),
        (["192.168.1.20", "practice.local"], True),
    ],
)
def test_named_hosts_and_debug_on_private_hosts_are_accepted(hosts, debug):
    check_hosts(hosts, debug=debug)


def test_log_lines_carry_the_request_id():
    log_lines = []

    def view(request):
        record = logging.makeLogRecord(
            {"name": "x", "levelname": "INFO", "msg": "a\n%s", "args": ("b",)}
        )
        RequestIdFilter().filter(record)
        log_lines.append(json.loads(JsonFormatter().format(record)))
        from django.http import HttpResponse

        return HttpResponse()

    answer = RequestIdMiddleware(view)(RequestFactory().get("/"))
    assert log_lines[0]["request_id"] == answer["X-Request-ID"]
    assert log_lines[0]["message"] == "a\nb"
    outside = logging.makeLogRecord({})
    RequestIdFilter().filter(outside)
    assert outside.request_id == "-"


def test_request_log_names_the_view_not_the_path(client, db, caplog):
    """Paths may contain tokens, and queries patients' names."""
    with caplog.at_level(logging.INFO, "dermaai.requests"):
        client.get("/s/a-secret-of-a-link/?q=Lefevre")
    (line,) = [record for record in caplog.records if record.name == "dermaai.requests"]
    fields = json.loads(JsonFormatter().format(line))
    assert (fields["view"], fields["method"], fields["status"]) == ("shared", "GET", 404)
    assert fields["user"] is None
    assert not {"secret", "Lefevre"} & set(re.findall(r"\w+", json.dumps(fields)))


def test_log_level_applies_to_all_loggers():
    """LOG_LEVEL=ERROR did not apply to Django's own loggers."""
    assert logging_config("ERROR", debug=False)["handlers"]["console"]["level"] == "ERROR"


def test_gunicorn_errors_are_logged_without_the_url(tmp_path):
    """The URL of a shared link is a secret. In a separate process, because gunicorn configures its
    logger before our settings are loaded."""
    result = subprocess.run(
        [sys.executable, "-m", "testing.programs.gunicorn_log"],
        env=web.environment(tmp_path),
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stderr.splitlines()[-1])["message"] == "Error handling request GET -"


@pytest.mark.parametrize(
    ("connection_string", "account", "origin"),
    [
        ("", "", None),
        ("", "clinic", "https://clinic.blob.core.windows.net"),
        ("AccountName=clinic;AccountKey=a==;", "", "https://clinic.blob.core.windows.net"),
        ("AccountName=c;BlobEndpoint=http://127.0.0.1:9/c;", "", "http://127.0.0.1:9"),
    ],
)
def test_policy_allows_images_from_the_site_and_the_account_only(
    connection_string, account, origin
):
    """Too narrow, and no image loads from Azure; too wide, and pages may load foreign images."""
    assert azure_origin(connection_string, account) == origin
    allowed = content_security_policy(origin)["DIRECTIVES"]["img-src"]
    assert allowed[3:] == ([origin] if origin else [])
