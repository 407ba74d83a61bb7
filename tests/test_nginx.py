"""nginx as we ship it before gunicorn as we ship it. Lost would be, without one test failing else:
the signature of a picture, for nginx could hand it to anybody; or a patient's picture in a log."""

import json
import socket
import ssl
import time
from urllib.parse import urlsplit

import pytest

from testing.cast import PASSWORD, photograph
from testing.proxy import HOST, Client, path_of, running_site

pytestmark = pytest.mark.long
MB = 1024 * 1024
FILL = f"""
from datetime import date
from accounts.models import User
from consultations.models import Consultation, Patient
doctor = User.objects.create_user("doctor@example.org", "{PASSWORD}", full_name="D", role="doctor")
record = Patient.objects.create(full_name="Marie", created_by=doctor)
print(Consultation.objects.create(doctor=doctor, patient=record, date=date(2026, 11, 14)).pk)
"""
JPEG = photograph()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with running_site(tmp_path_factory.mktemp("nginx")) as made:
        number = int(made.manage("shell", "-v0", "-c", FILL))
        made.images = f"/api/v1/consultations/{number}/images"
        yield made


@pytest.fixture(scope="module")
def client(site):
    return Client(HOST, certificate=site.certificate, https=site.https, http=site.http)


@pytest.fixture(scope="module")
def token(client):
    told = {"email": "doctor@example.org", "password": PASSWORD}
    answer = client.post("/api/v1/auth/token", told)
    assert answer.status == 200, answer.body
    return {"Authorization": f"Bearer {json.loads(answer.body)['access']}"}


@pytest.fixture(scope="module")
def image(site, client, token):
    answer = client.upload(site.images, JPEG, **token)
    assert answer.status == 201, answer.body
    return json.loads(answer.body)


@pytest.fixture(scope="module")
def original(image):
    """The signed path of an original, that nobody need be signed in for."""
    return path_of(image["original_url"])


def test_the_picture_is_the_one_that_came(client, original):
    """And it is nginx that sends it: an ETag is nobody's but its."""
    answer = client.get(original)
    assert (answer.status, answer.body) == (200, JPEG)
    assert answer.headers["ETag"]
    assert answer.headers["Content-Length"] == str(len(JPEG))


def test_headers_once_each_and_none_lost(client, original):
    """nginx drops, of an answer that it takes over, whatever it is not told to keep."""
    expected = {
        "Accept-Ranges": "bytes",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Content-Type": "image/jpeg",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "same-origin",
        "Strict-Transport-Security": "max-age=31536000",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
    answer = client.get(original)
    for name, value in expected.items():
        assert answer.headers.get_all(name) == [value], name
    for name in ("Cache-Control", "Content-Disposition", "Permissions-Policy", "X-Request-ID"):
        assert len(answer.headers.get_all(name, [])) == 1, name
    assert answer.headers["Cache-Control"].startswith("private, max-age=")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "X-Accel-Redirect" not in answer.headers
    page = client.get("/accounts/login/")
    assert page.status == 200
    for name in ("Strict-Transport-Security", "X-Content-Type-Options", "Content-Security-Policy"):
        assert len(page.headers.get_all(name)) == 1, name
    assert "camera=(self)" in page.headers["Permissions-Policy"]
    assert "nginx/" not in str(page.headers) + str(answer.headers)


def test_ranges_and_what_has_not_changed(client, original):
    part = client.get(original, Range="bytes=10-19")
    assert (part.status, part.body) == (206, JPEG[10:20])
    assert part.headers["Content-Range"] == f"bytes 10-19/{len(JPEG)}"
    assert client.get(original, Range=f"bytes={len(JPEG)}-").status == 416
    whole = client("HEAD", original)
    assert (whole.status, whole.body) == (200, b"")
    again = client.get(original, If_None_Match=whole.headers["ETag"])
    assert (again.status, again.body) == (304, b"")
    assert again.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_nothing_without_a_signature(client, original):
    """The application says no, or there is no such place."""
    path, query = original.split("?")
    inside = path.replace("/media/", "/protected-media/")
    dead = query.replace("e=", "e=1", 1)
    for bad in (
        path,
        f"{path}?{query[:-1]}",
        f"{path}?{dead}",
        f"{path.replace('originals', 'processed')}?{query}",
        f"{path}/../x.jpg?{query}",
        inside,
        f"{inside}?{query}",
        inside.replace("/protected-media/", "/media/..%2fprotected-media/"),
        inside.replace("/protected-media/", "//protected-media/"),
        inside.replace("/protected-media/", "/static/../protected-media/"),
        "/protected-media/",
        "/protected-media/../db.sqlite3",
    ):
        answer = client.get(bad)
        assert answer.status == 404, bad
        assert JPEG[:2] not in answer.body[:2]
        assert client.get(bad, X_Accel_Redirect=inside).status == 404, bad


def test_a_picture_that_is_gone_is_our_404(site, client, token):
    made = json.loads(client.upload(site.images, photograph(seed=2), **token).body)
    signed = path_of(made["thumbnail_url"])
    assert client.get(signed).status == 200
    (site.data / "media" / urlsplit(signed).path.removeprefix("/media/")).unlink()
    answer = client.get(signed)
    assert answer.status == 404
    assert answer.headers["Content-Security-Policy"]


def test_a_photograph_of_the_largest_size_passes_and_a_larger_one_is_refused(site, client, token):
    """A photograph of MAX_UPLOAD_SIZE comes in; what is larger hears so in the API's one shape."""
    trailing = JPEG + bytes(10 * MB - len(JPEG))
    assert client.upload(site.images, trailing, **token).status == 201
    over = client.upload(site.images, trailing + b"x", **token)
    assert (over.status, json.loads(over.body)["errors"][0]["code"]) == (400, "file_too_large")
    far_over = client.upload(site.images, bytes(13 * MB), **token, Accept_Language="en")
    assert far_over.status == 413
    assert json.loads(far_over.body) == {
        "type": "client_error",
        "errors": [{"code": "file_too_large", "detail": "The file is too large.", "attr": "file"}],
    }
    assert far_over.headers["Content-Type"] == "application/json"
    assert far_over.headers["X-Content-Type-Options"] == "nosniff"


def test_http_is_sent_to_https(client):
    answer = client("GET", "/accounts/login/?next=/", plain=True)
    assert answer.status == 301
    assert answer.headers["Location"] == f"https://{HOST}/accounts/login/?next=/"


def test_another_host_gets_no_certificate(site):
    context = ssl.create_default_context(cafile=site.certificate)
    with (
        socket.create_connection(("127.0.0.1", site.https), 10) as raw,
        pytest.raises(ssl.SSLError, match="unrecognized name"),
    ):
        context.wrap_socket(raw, server_hostname="other.example.org")


def test_who_asks_cannot_say_where_from(site, client, image, token):
    """The audit log and every limit on tries go by this address."""
    lie = {"X_Forwarded_For": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
    lie |= {"X_Forwarded_Proto": "http", "X_Request_ID": "made-up-by-the-client"}
    answer = client.get(f"/api/v1/consultations/images/{image['id']}", **token, **lie)
    assert answer.status == 200, "not redirected to HTTPS: nginx says which it is"
    assert answer.headers["X-Request-ID"] != "made-up-by-the-client"
    ask = "from audit.models import Event; print({str(e.address) for e in Event.objects.all()})"
    told = site.manage("shell", "-v0", "-c", ask)
    assert "127.0.0.1" in told
    assert "203.0.113.9" not in told


def test_ready_is_told_here_only(client):
    """What stands in /readyz and /metrics is for whoever runs the machine."""
    assert client.get("/readyz").status in (200, 503)
    for path in ("/readyz", "/readyz/", "/metrics", "/metrics/", "//readyz", "/%72eadyz"):
        assert client.get(path, source="127.0.0.2").status == 403, path
    assert client.get("/healthz", source="127.0.0.2").status == 200


def test_slow_lines_hold_no_thread(site, client):
    """Uploads over a bad line, more of them than the application has threads."""
    head = f"POST /api/v1/auth/token HTTP/1.1\r\nHost: {HOST}\r\n"  # who reads its body at once
    head += "Content-Type: application/json\r\nContent-Length: 99999\r\n\r\n"
    slow = []
    try:
        for _line in range(20):
            raw = socket.create_connection(("127.0.0.1", site.https), 10)
            slow.append(client.context.wrap_socket(raw, server_hostname=HOST))
            slow[-1].sendall(head.encode() + b"x" * 1000)
        began = time.monotonic()
        assert client.get("/accounts/login/").status == 200
        assert time.monotonic() - began < 5
    finally:
        for line in slow:
            line.close()


def test_no_key_lands_in_a_log(site, client, original):
    """Whoever reads a log could else open a picture, a link to share or a new password."""
    asked = {
        original: "s=" + original.split("s=")[1][:20],
        "/s/SHARED-LINK/": "SHARED-LINK",
        "/s/SHARED-LINK/image?e=1&s=OPENED-BY": "OPENED-BY",
        "/accounts/password-reset/MQ/RESET-TOKEN/": "RESET-TOKEN",
        "/?q=Marie-Lefevre": "Marie-Lefevre",
        f"{original}&x=ALTERED": "ALTERED",
    }

    def ask():
        for path in asked:
            client.get(path, Referer=f"https://{HOST}{path}")
            client("GET", path, plain=True)
        client("POST", "/s/SHARED-LINK/?s=OPENED-BY", bytes(13 * MB))

    ask()
    site.stop_web()
    try:
        ask()
        for path, kind in (("/", "text/html"), ("/api/v1/patients", "application/json")):
            answer = client.get(path)
            assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
            assert answer.headers["Content-Type"].startswith(kind)
        assert json.loads(answer.body)["errors"][0]["code"] == "unavailable"
    finally:
        site.start_web()
    logs = site.logs()
    assert '"path":"/s/-"' in logs
    assert '"upstream_status":"502"' in logs
    for secret in asked.values():
        assert secret not in logs, secret
