"""What the environment may not say: the server refuses to start."""

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
def test_any_host_and_debug_on_the_internet_are_refused(hosts, debug):
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
def test_named_hosts_and_debug_at_home_are_accepted(hosts, debug):
    check_hosts(hosts, debug=debug)


def test_a_log_line_names_its_request():
    said = []

    def view(request):
        record = logging.makeLogRecord(
            {"name": "x", "levelname": "INFO", "msg": "a\n%s", "args": ("b",)}
        )
        RequestIdFilter().filter(record)
        said.append(json.loads(JsonFormatter().format(record)))
        from django.http import HttpResponse

        return HttpResponse()

    answer = RequestIdMiddleware(view)(RequestFactory().get("/"))
    assert said[0]["request_id"] == answer["X-Request-ID"]
    assert said[0]["message"] == "a\nb"
    outside = logging.makeLogRecord({})
    RequestIdFilter().filter(outside)
    assert outside.request_id == "-"


def test_a_request_s_line_tells_the_view_not_the_path(client, db, caplog):
    """A path may hold a link's secret, a query a patient's name: a log would keep both."""
    with caplog.at_level(logging.INFO, "dermaai.requests"):
        client.get("/s/a-secret-of-a-link/?q=Lefevre")
    (line,) = [record for record in caplog.records if record.name == "dermaai.requests"]
    told = json.loads(JsonFormatter().format(line))
    assert (told["view"], told["method"], told["status"]) == ("shared", "GET", 404)
    assert told["user"] is None
    assert not {"secret", "Lefevre"} & set(re.findall(r"\w+", json.dumps(told)))


def test_the_level_is_everyone_s():
    """LOG_LEVEL=ERROR was WARNING still where Django's own loggers wrote."""
    assert logging_config("ERROR", debug=False)["handlers"]["console"]["level"] == "ERROR"


BROKEN = """
import logging
from dermaai.wsgi import application
told = ("GET", "/s/LINK/image?s=KEY")
logging.getLogger("gunicorn.error").error("Error handling request %s %s", *told)
"""


def test_a_request_that_breaks_is_told_without_its_address(tmp_path):
    """Whoever reads a log could else open a link to share. In a process of its own, as gunicorn's:
    its logger is there, with a handler, before our settings are."""
    before = (
        "import logging, sys\nlog = logging.getLogger('gunicorn.error')\nlog.propagate = False\n"
        "log.setLevel('INFO')\nlog.addHandler(logging.StreamHandler())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", before + BROKEN],
        env=web.environment(tmp_path),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stderr.splitlines()[-1])["message"] == "Error handling request GET -"


@pytest.mark.parametrize(
    ("connection_string", "account", "origin"),
    [
        ("", "", None),
        ("", "clinic", "https://clinic.blob.core.windows.net"),
        ("AccountName=clinic;AccountKey=a==;", "", "https://clinic.blob.core.windows.net"),
        ("AccountName=c;BlobEndpoint=http://127.0.0.1:9/c;", "", "http://127.0.0.1:9"),
    ],
)
def test_pictures_come_from_here_and_the_account_only(connection_string, account, origin):
    """Too narrow, and no page on Azure shows a picture; too wide, and a page loads strangers'."""
    assert azure_origin(connection_string, account) == origin
    allowed = content_security_policy(origin)["DIRECTIVES"]["img-src"]
    assert allowed[3:] == ([origin] if origin else [])
