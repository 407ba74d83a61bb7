"""What a failed job said, mailed by `deploy.mail` through a real mail server, with its TLS and its
password. What it asks systemd before, only `script/walk` sees.
"""

import email
import email.policy
import socket
import ssl
import subprocess
import sys
from types import SimpleNamespace

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from testing.proxy import write_certificate
from tools.servers import web

MAIL = """
import sys
from deploy.mail import mail
print(mail("dermaai-backup.service", "exit-code", sys.stdin.read()))
"""
SAID = "pg_dump: error\n.\nla base « dermaai » n’existe pas\n" + "x" * 2000
KNOWN = (b"dermaai", b"p@ss/word")


class Box:
    """The letters that a mail server took, and whether a password came."""

    def __init__(self):
        self.letters, self.passwords = [], []

    async def handle_DATA(self, server, session, envelope):
        self.letters.append((envelope, session.ssl is not None))
        return "250 OK"

    def authenticate(self, server, session, envelope, mechanism, told):
        self.passwords.append((told.login, told.password))
        return AuthResult(success=self.passwords[-1] == KNOWN, handled=False)


@pytest.fixture
def server(tmp_path):
    """One that takes mail after STARTTLS and with a password only, as a provider's on port 587."""
    write_certificate(tmp_path, "localhost")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "fullchain.pem", tmp_path / "privkey.pem")
    box, port = Box(), web.free_port()
    controller = Controller(
        box, "127.0.0.1", port, tls_context=context, require_starttls=True,
        auth_required=True, authenticator=box.authenticate,
    )  # fmt: skip
    controller.start()
    try:
        trusted = {"SSL_CERT_FILE": str(tmp_path / "fullchain.pem")}
        yield SimpleNamespace(box=box, port=port, trusted=trusted)
    finally:
        controller.stop()


def mail(server, folder, *, password="p%40ss%2Fword", **told):
    """What `deploy.mail` does, as the unit's process."""
    url = f"smtp+tls://dermaai:{password}@localhost:{server.port}"
    environment = web.environment(
        folder, EMAIL_URL=url, DEFAULT_FROM_EMAIL="DermaAI <derma@example.org>", **told
    )
    command = [sys.executable, "-c", MAIL]
    return subprocess.run(
        command, env=environment, input=SAID, capture_output=True, text=True, timeout=60
    )


def test_the_operators_read_what_it_said(server, tmp_path):
    """Nobody would else know that there has been no backup for a month."""
    told = server.trusted | {"OPERATOR_EMAIL": "root@example.org,boss@example.org"}
    done = mail(server, tmp_path, **told)
    assert (done.returncode, done.stdout) == (0, "mailed to 2\n"), done.stderr
    ((envelope, encrypted),) = server.box.letters
    assert encrypted
    assert envelope.mail_from == "derma@example.org"
    assert envelope.rcpt_tos == ["root@example.org", "boss@example.org"]
    letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert letter["Subject"].endswith(": dermaai-backup.service (exit-code)")
    assert letter["To"] == "root@example.org, boss@example.org"
    assert letter.get_content().splitlines() == SAID.splitlines()


def test_a_stranger_s_certificate_gets_no_password(server, tmp_path):
    """Whoever sits between would else read it, and the mail."""
    done = mail(server, tmp_path, OPERATOR_EMAIL="root@example.org")
    assert done.returncode == 1
    assert "CERTIFICATE_VERIFY_FAILED" in done.stderr
    assert (server.box.letters, server.box.passwords) == ([], [])


def test_mail_that_is_not_taken_fails_the_unit(server, tmp_path):
    """`systemctl --failed` is where it shows then."""
    told = server.trusted | {"OPERATOR_EMAIL": "root@example.org"}
    done = mail(server, tmp_path, password="wrong", **told)
    assert done.returncode == 1
    assert "SMTPAuthenticationError" in done.stderr
    assert server.box.passwords
    assert not server.box.letters


def test_a_mail_server_that_says_nothing_is_not_waited_for(tmp_path):
    """A worker that mails would else wait for ever, and every image behind it."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        there = SimpleNamespace(port=silent.getsockname()[1])
        done = mail(there, tmp_path, OPERATOR_EMAIL="root@example.org", EMAIL_TIMEOUT="1")
    assert done.returncode == 1
    assert "TimeoutError" in done.stderr


def test_nobody_to_tell_is_said(server, tmp_path):
    done = mail(server, tmp_path, **server.trusted)
    assert (done.returncode, done.stdout) == (0, "OPERATOR_EMAIL names nobody\n")
    assert not server.box.letters
