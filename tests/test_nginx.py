"""nginx and gunicorn with the shipped configuration: images are served to holders of a signed URL
only, and logs contain no secrets."""

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
JPEG = photograph()


@pytest.fixture(scope="module")
def site(tmp_path_factory, sqlite_files):
    with running_site(tmp_path_factory.mktemp("nginx"), sqlite_files) as running:
        number = running.program("practice.create", password=PASSWORD)
        running.images = f"/api/v1/consultations/{number}/images"
        yield running


@pytest.fixture(scope="module")
def client(site):
    return Client(HOST, certificate=site.certificate, https=site.https, http=site.http)


@pytest.fixture(scope="module")
def token(client):
    credentials = {"email": "doctor@example.org", "password": PASSWORD}
    answer = client.post("/api/v1/auth/token", credentials)
    assert answer.status == 200, answer.body
    return {"Authorization": f"Bearer {json.loads(answer.body)['access']}"}


@pytest.fixture(scope="module")
def image(site, client, token):
    answer = client.upload(site.images, JPEG, **token)
    assert answer.status == 201, answer.body
    return json.loads(answer.body)


@pytest.fixture(scope="module")
def original(image):
    """The signed path of an original, which works without a login."""
    return path_of(image["original_url"])


def test_nginx_serves_the_original_bit_for_bit(client, original):
    """It is sent by nginx: only nginx adds an ETag."""
    answer = client.get(original)
    assert (answer.status, answer.body) == (200, JPEG)
    assert answer.headers["ETag"]
    assert answer.headers["Content-Length"] == str(len(JPEG))


def test_every_header_is_sent_exactly_once(client, original):
    """nginx drops all headers of a response it takes over, except those it is told to keep."""
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


def test_nginx_answers_ranges_and_conditional_requests(client, original):
    partial = client.get(original, Range="bytes=10-19")
    assert (partial.status, partial.body) == (206, JPEG[10:20])
    assert partial.headers["Content-Range"] == f"bytes 10-19/{len(JPEG)}"
    assert client.get(original, Range=f"bytes={len(JPEG)}-").status == 416
    full = client("HEAD", original)
    assert (full.status, full.body) == (200, b"")
    unchanged = client.get(original, If_None_Match=full.headers["ETag"])
    assert (unchanged.status, unchanged.body) == (304, b"")
    assert unchanged.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_unsigned_and_internal_paths_answer_404(client, original):
    """Either the application refuses, or there is no such location."""
    path, query = original.split("?")
    internal = path.replace("/media/", "/protected-media/")
    expired = query.replace("e=", "e=1", 1)
    for altered in (
        path,
        f"{path}?{query[:-1]}",
        f"{path}?{expired}",
        f"{path.replace('originals', 'processed')}?{query}",
        f"{path}/../x.jpg?{query}",
        internal,
        f"{internal}?{query}",
        internal.replace("/protected-media/", "/media/..%2fprotected-media/"),
        internal.replace("/protected-media/", "//protected-media/"),
        internal.replace("/protected-media/", "/static/../protected-media/"),
        "/protected-media/",
        "/protected-media/../db.sqlite3",
    ):
        answer = client.get(altered)
        assert answer.status == 404, altered
        assert JPEG[:2] not in answer.body[:2]
        assert client.get(altered, X_Accel_Redirect=internal).status == 404, altered


def test_missing_blob_answers_our_404(site, client, token):
    uploaded = json.loads(client.upload(site.images, photograph(seed=2), **token).body)
    signed = path_of(uploaded["thumbnail_url"])
    assert client.get(signed).status == 200
    (site.data / "media" / urlsplit(signed).path.removeprefix("/media/")).unlink()
    answer = client.get(signed)
    assert answer.status == 404
    assert answer.headers["Content-Security-Policy"]


def test_largest_upload_is_accepted_and_a_larger_one_refused(site, client, token):
    """MAX_UPLOAD_SIZE is accepted; larger files get an error in the API's format, also by nginx."""
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


def test_http_redirects_to_https(client):
    answer = client("GET", "/accounts/login/?next=/", plain=True)
    assert answer.status == 301
    assert answer.headers["Location"] == f"https://{HOST}/accounts/login/?next=/"


def test_unknown_host_gets_no_certificate(site):
    context = ssl.create_default_context(cafile=site.certificate)
    with (
        socket.create_connection(("127.0.0.1", site.https), 10) as raw,
        pytest.raises(ssl.SSLError, match="unrecognized name"),
    ):
        context.wrap_socket(raw, server_hostname="other.example.org")


def test_client_cannot_forge_its_address(site, client, image, token):
    """The audit log and all rate limits use this address."""
    forged = {"X_Forwarded_For": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
    forged |= {"X_Forwarded_Proto": "http", "X_Request_ID": "made-up-by-the-client"}
    answer = client.get(f"/api/v1/consultations/images/{image['id']}", **token, **forged)
    assert answer.status == 200, "not redirected: nginx overrides the forged scheme"
    assert answer.headers["X-Request-ID"] != "made-up-by-the-client"
    addresses = site.program("events.addresses")
    assert "127.0.0.1" in addresses
    assert "203.0.113.9" not in addresses


def test_readyz_and_metrics_are_local_only(client):
    """/readyz and /metrics are for the operator of the machine only."""
    assert client.get("/readyz").status in (200, 503)
    for path in ("/readyz", "/readyz/", "/metrics", "/metrics/", "//readyz", "/%72eadyz"):
        assert client.get(path, source="127.0.0.2").status == 403, path
    assert client.get("/healthz", source="127.0.0.2").status == 200


def test_slow_uploads_do_not_block_the_application(site, client):
    """More slow uploads than the application has threads."""
    # This view reads its body immediately.
    request_start = f"POST /api/v1/auth/token HTTP/1.1\r\nHost: {HOST}\r\n"
    request_start += "Content-Type: application/json\r\nContent-Length: 99999\r\n\r\n"
    slow_connections = []
    try:
        for _connection in range(20):
            raw = socket.create_connection(("127.0.0.1", site.https), 10)
            slow_connections.append(client.context.wrap_socket(raw, server_hostname=HOST))
            slow_connections[-1].sendall(request_start.encode() + b"x" * 1000)
        started = time.monotonic()
        assert client.get("/accounts/login/").status == 200
        assert time.monotonic() - started < 5
    finally:
        for connection in slow_connections:
            connection.close()


def test_logs_contain_no_secrets(site, client, original):
    """Otherwise anyone with access to logs could open images, shared links or password resets."""
    secrets = {
        original: "s=" + original.split("s=")[1][:20],
        "/s/SHARED-LINK/": "SHARED-LINK",
        "/s/SHARED-LINK/image?e=1&s=OPENED-BY": "OPENED-BY",
        "/accounts/password-reset/MQ/RESET-TOKEN/": "RESET-TOKEN",
        "/?q=Marie-Lefevre": "Marie-Lefevre",
        f"{original}&x=ALTERED": "ALTERED",
    }

    def request_all():
        for path in secrets:
            client.get(path, Referer=f"https://{HOST}{path}")
            client("GET", path, plain=True)
        client("POST", "/s/SHARED-LINK/?s=OPENED-BY", bytes(13 * MB))

    request_all()
    site.stop_web()
    try:
        request_all()
        for path, content_type in (("/", "text/html"), ("/api/v1/patients", "application/json")):
            answer = client.get(path)
            assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
            assert answer.headers["Content-Type"].startswith(content_type)
        assert json.loads(answer.body)["errors"][0]["code"] == "unavailable"
    finally:
        site.start_web()
    logs = site.logs()
    assert '"path":"/s/-"' in logs
    assert '"upstream_status":"502"' in logs
    for secret in secrets.values():
        assert secret not in logs, secret
