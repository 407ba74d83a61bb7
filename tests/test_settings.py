"""What the environment may not say: the server refuses to start."""

import json
import logging
import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory

from audit.context import RequestId, WithRequestId
from dermaai.csp import azure_origin, policy_of
from dermaai.hosts import refuse_unsafe
from dermaai.logs import JsonLines


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
def test_refused(hosts, debug):
    with pytest.raises(ImproperlyConfigured):
        refuse_unsafe(hosts, debug=debug)


@pytest.mark.parametrize(
    ("hosts", "debug"),
    [
        (["derm.example.org"], False),
        (["localhost", "127.0.0.1", "[::1]"], True),
        (["192.168.1.20", "practice.local"], True),
    ],
)
def test_accepted(hosts, debug):
    refuse_unsafe(hosts, debug=debug)


def test_a_log_line_names_its_request():
    said = []

    def view(request):
        record = logging.makeLogRecord(
            {"name": "x", "levelname": "INFO", "msg": "a\n%s", "args": ("b",)}
        )
        WithRequestId().filter(record)
        said.append(json.loads(JsonLines().format(record)))
        from django.http import HttpResponse

        return HttpResponse()

    answer = RequestId(view)(RequestFactory().get("/"))
    assert said[0]["request_id"] == answer["X-Request-ID"]
    assert said[0]["message"] == "a\nb"
    outside = logging.makeLogRecord({})
    WithRequestId().filter(outside)
    assert outside.request_id == "-"


BROKEN = """
import logging
from dermaai.wsgi import application
told = ("GET", "/s/LINK/image?s=KEY")
logging.getLogger("gunicorn.error").error("Error handling request %s %s", *told)
"""


def test_a_request_that_breaks_is_told_without_its_address():
    """Whoever reads a log could else open a link to share. In a process of its own, as gunicorn's:
    its logger is there, with a handler, before our settings are."""
    before = (
        "import logging, sys\nlog = logging.getLogger('gunicorn.error')\nlog.propagate = False\n"
        "log.setLevel('INFO')\nlog.addHandler(logging.StreamHandler())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", before + BROKEN],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "dermaai.settings"},
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
    allowed = policy_of(origin)["DIRECTIVES"]["img-src"]
    assert allowed[3:] == ([origin] if origin else [])
