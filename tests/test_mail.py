"""`deploy.mail` mails the output of a failed job through a real mail server, with TLS and password.
Its queries to systemd are tested by `script/walk` only.
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

OUTPUT = "pg_dump: error\n.\nla base « dermaai » n’existe pas\n" + "x" * 2000
CREDENTIALS = (b"dermaai", b"p@ss/word")


class Mailbox:
    """The messages that a mail server accepted, and the passwords that it was given."""

    def __init__(self):
        self.messages, self.passwords = [], []

    async def handle_DATA(self, server, session, envelope):
        self.messages.append((envelope, session.ssl is not None))
        return "250 OK"

    def authenticate(self, server, session, envelope, mechanism, credentials):
        self.passwords.append((credentials.login, credentials.password))
        return AuthResult(success=self.passwords[-1] == CREDENTIALS, handled=False)


@pytest.fixture
def server(tmp_path):
    """A mail server that requires STARTTLS and a password, like a provider's on port 587."""
    write_certificate(tmp_path, "localhost")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "fullchain.pem", tmp_path / "privkey.pem")
    mailbox, port = Mailbox(), web.free_port()
    controller = Controller(
        mailbox, "127.0.0.1", port, tls_context=context, require_starttls=True,
        auth_required=True, authenticator=mailbox.authenticate,
    )  # fmt: skip
    controller.start()
    try:
        trusted = {"SSL_CERT_FILE": str(tmp_path / "fullchain.pem")}
        yield SimpleNamespace(mailbox=mailbox, port=port, trusted=trusted)
    finally:
        controller.stop()


def mail(server, folder, *, password="p%40ss%2Fword", **settings):
    """Run `deploy.mail` in a separate process, as the unit does."""
    url = f"smtp+tls://dermaai:{password}@localhost:{server.port}"
    environment = web.environment(
        folder, EMAIL_URL=url, DEFAULT_FROM_EMAIL="DermaAI <derma@example.org>", **settings
    )
    command = [sys.executable, "-m", "testing.programs.mail_report"]
    return subprocess.run(
        command, env=environment, input=OUTPUT, capture_output=True, text=True, timeout=60
    )


def test_operators_are_mailed_the_output_of_a_failed_job(server, tmp_path):
    """Otherwise nobody notices that backups have failed for a month."""
    settings = server.trusted | {"OPERATOR_EMAIL": "root@example.org,boss@example.org"}
    result = mail(server, tmp_path, **settings)
    assert (result.returncode, result.stdout) == (0, "mailed to 2\n"), result.stderr
    ((envelope, encrypted),) = server.mailbox.messages
    assert encrypted
    assert envelope.mail_from == "derma@example.org"
    assert envelope.rcpt_tos == ["root@example.org", "boss@example.org"]
    message = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert message["Subject"].endswith(": dermaai-backup.service (exit-code)")
    assert message["To"] == "root@example.org, boss@example.org"
    assert message.get_content().splitlines() == OUTPUT.splitlines()


def test_untrusted_certificate_gets_no_password(server, tmp_path):
    """Otherwise a man in the middle could read the password and the mail."""
    result = mail(server, tmp_path, OPERATOR_EMAIL="root@example.org")
    assert result.returncode == 1
    assert "CERTIFICATE_VERIFY_FAILED" in result.stderr
    assert (server.mailbox.messages, server.mailbox.passwords) == ([], [])


def test_refused_mail_fails_the_unit(server, tmp_path):
    """It is then listed by `systemctl --failed`."""
    settings = server.trusted | {"OPERATOR_EMAIL": "root@example.org"}
    result = mail(server, tmp_path, password="wrong", **settings)
    assert result.returncode == 1
    assert "SMTPAuthenticationError" in result.stderr
    assert server.mailbox.passwords
    assert not server.mailbox.messages


def test_silent_mail_server_times_out(tmp_path):
    """Otherwise a worker that sends mail waits for ever, and with it every image in the queue."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent_server = SimpleNamespace(port=silent.getsockname()[1])
        result = mail(silent_server, tmp_path, OPERATOR_EMAIL="root@example.org", EMAIL_TIMEOUT="1")
    assert result.returncode == 1
    assert "TimeoutError" in result.stderr


def test_without_operators_no_mail_is_sent(server, tmp_path):
    result = mail(server, tmp_path, **server.trusted)
    assert (result.returncode, result.stdout) == (0, "OPERATOR_EMAIL names nobody\n")
    assert not server.mailbox.messages
