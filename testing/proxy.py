"""The site as docs/deploy.md builds it: nginx with the shipped configuration and gunicorn with the
command of the shipped unit, on the loopback interface.
"""

import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings

from .processes import shell_code

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
HOST = "derma.example.org"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def nginx_program():
    program = shutil.which("nginx", path=f"{os.environ['PATH']}{os.pathsep}/usr/sbin")
    if program is None:
        pytest.skip("nginx is not installed (Debian: apt-get install nginx)")
    return program


def substitute(text, *changes):
    """Replace each old text by its new one; every old text must be there."""
    for old, new in changes:
        assert old in text, f"{old!r} is no longer in the configuration"
        text = text.replace(old, new)
    return text


class Site:
    """`folder` holds everything; `http` and `https` are ports."""

    def __init__(self, folder):
        self.folder, self.http, self.https = folder, free_port(), free_port()
        self.data, self.socket = folder / "data", folder / "web.sock"
        self.certificate, self.web, self.nginx = folder / "fullchain.pem", None, None
        self.environment = {
            key: value
            for key, value in os.environ.items()
            if key not in ("DATABASE_URL", "DEBUG", "SIGNED_URL_TTL")
        } | {
            "DJANGO_SETTINGS_MODULE": "dermaai.settings",
            "DERMAAI_DATA": str(self.data),
            # The head of the audit log was sealed with this key when the database was migrated.
            "SECRET_KEY": settings.SECRET_KEY,
            "ALLOWED_HOSTS": HOST,
            "BEHIND_PROXY": "1",
            "MEDIA_ACCEL": "/protected-media/",
            "STATIC_ROOT": str(folder / "static"),
        }

    def manage(self, *arguments):
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=self.environment, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def program(self, name, **arguments):
        """What a function of testing.programs returns: `module.function`."""
        return json.loads(self.manage("shell", "-v0", "-c", shell_code(name, **arguments)))

    def start_web(self):
        unit = (DEPLOY / "systemd/dermaai-web.service").read_text()
        command = re.search(r"^ExecStart=(.+)$", unit, re.M)[1].split()[1:]
        with (self.folder / "web.log").open("ab") as log:
            self.web = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", *command, "--bind", f"unix:{self.socket}"],
                cwd=ROOT, env=self.environment, stdout=log, stderr=log,
            )  # fmt: skip
        self._until(self._web_answers, self.web, "web.log")

    def stop_web(self):
        self.web.terminate()
        self.web.wait(30)

    def _web_answers(self):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(5)
            connection.connect(str(self.socket))
            connection.sendall(b"GET /healthz HTTP/1.0\r\n\r\n")
            return connection.recv(12).endswith(b" 200")

    def configuration(self):
        """The shipped files with our ports, folders and certificate."""
        site = substitute(
            (DEPLOY / "nginx/dermaai.conf").read_text(),
            ("    listen [::]:80;\n", ""),
            ("    listen [::]:443 ssl default_server;\n", ""),
            ("    listen [::]:443 ssl http2;\n", ""),
            ("listen 80;", f"listen 127.0.0.1:{self.http};"),
            ("listen 443 ", f"listen 127.0.0.1:{self.https} "),
            ("/etc/dermaai/tls", str(self.folder)),
            ("/var/log/nginx/", f"{self.folder}/"),
            ("/var/lib/dermaai/media/", f"{self.data}/media/"),
        )
        upstream = substitute(
            (DEPLOY / "nginx/upstream.conf").read_text(),
            ("unix:/run/dermaai/web.sock", f"unix:{self.socket}"),
        )
        temp_paths = "".join(
            f"    {kind}_temp_path {self.folder}/nginx/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        # Started by root, nginx runs its workers as nobody, who cannot read this folder.
        user = "user root;\n" if os.geteuid() == 0 else ""
        return (
            f"{user}daemon off;\nworker_processes 1;\npid {self.folder}/nginx.pid;\n"
            f"events {{ }}\nhttp {{\n    include /etc/nginx/mime.types;\n"
            f"    access_log {self.folder}/other.log;\n{temp_paths}{upstream}\n{site}}}\n"
        )

    def start_nginx(self):
        (self.folder / "nginx").mkdir()
        conf = self.folder / "nginx.conf"
        conf.write_text(self.configuration())
        command = [nginx_program(), "-c", conf, "-p", self.folder, "-e", self.folder / "start.log"]
        checked = subprocess.run([*command, "-t"], capture_output=True, text=True)
        assert checked.returncode == 0, checked.stderr
        warnings = [line for line in checked.stderr.splitlines() if "[warn]" in line]
        assert not [line for line in warnings if "http2" not in line], (
            warnings
        )  # newer versions want another directive
        with (self.folder / "nginx.out").open("wb") as log:
            self.nginx = subprocess.Popen(command, stdout=log, stderr=log)
        self._until(self._nginx_answers, self.nginx, "start.log")

    def _nginx_answers(self):
        with socket.create_connection(("127.0.0.1", self.https), 5):
            return True

    def _until(self, condition, process, log):
        for _wait in range(1200):
            with suppress(OSError):
                if condition():
                    return
            if process.poll() is not None:
                break
            time.sleep(0.1)
        raise AssertionError((self.folder / log).read_text())

    def logs(self):
        """Everything that nginx and gunicorn have written so far."""
        time.sleep(0.2)  # nginx writes after it has answered
        return "".join(path.read_text() for path in self.folder.glob("*.log"))


class Client:
    """Requests over HTTPS, without following redirects or normalising anything."""

    def __init__(self, host, *, certificate, https=443, http=80):
        self.host, self.ports = host, {False: https, True: http}
        self.context = ssl.create_default_context(cafile=certificate)

    def __call__(self, method, path, body=None, *, plain=False, source="127.0.0.1", **headers):
        raw = socket.create_connection(("127.0.0.1", self.ports[plain]), 60, (source, 0))
        if not plain:
            raw = self.context.wrap_socket(raw, server_hostname=self.host)
        connection = http.client.HTTPConnection(self.host)
        connection.sock = raw
        sent_headers = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, sent_headers)
        answer = connection.getresponse()
        answer.body = answer.read()
        connection.close()
        return answer

    def get(self, path, **headers):
        return self("GET", path, **headers)

    def post(self, path, data, **headers):
        body = json.dumps(data)
        return self("POST", path, body, Content_Type="application/json", **headers)

    def upload(self, path, data, **headers):
        boundary = "boundary-of-the-test"
        part_header = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
        )
        body = part_header.encode() + data + f"\r\n--{boundary}--\r\n".encode()
        content_type = f"multipart/form-data; boundary={boundary}"
        return self("POST", path, body, Content_Type=content_type, **headers)


def path_of(url):
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def write_certificate(folder, host=HOST):
    """Write a self-signed certificate for `host` and its key into `folder`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


@contextmanager
def running_site(folder, databases):
    """Yields a `Site` in `folder`, on a copy of what is in `databases` (databases.Files)."""
    site = Site(folder)
    nginx_program()
    write_certificate(folder)
    site.data.mkdir()
    databases.copy(site.data / "db.sqlite3")
    site.manage("collectstatic", "--no-input", "-v0")
    try:
        site.start_web()
        site.start_nginx()
        yield site
    finally:
        for process in (site.nginx, site.web):
            if process and process.poll() is None:
                process.terminate()
                process.wait(30)
