"""Mail to OPERATOR_EMAIL what a unit of systemd said in its last run.

python -m deploy.mail UNIT        # started by systemd: deploy/systemd/dermaai-mail@.service
"""

import os
import subprocess
import sys

import django
from django.conf import settings
from django.core.mail import EmailMessage

LINES = 100


def run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603


def last_run(unit: str) -> tuple[str, str]:
    """(its result, as systemd calls it; the last lines that it said). CalledProcessError where
    systemd or its journal does not tell."""
    told = run("/usr/bin/systemctl", "show", "-p", "InvocationID", "-p", "Result", unit)
    known = dict(line.split("=", 1) for line in told.splitlines())
    last = f"_SYSTEMD_INVOCATION_ID={known['InvocationID']}"
    return known["Result"], run("/usr/bin/journalctl", "-q", "-o", "cat", "-n", str(LINES), last)


def mail(unit: str, result: str, said: str) -> str:
    """What came of it, in words. SMTPException or OSError where the mail is not taken."""
    django.setup()
    message = EmailMessage(
        subject=f"DermaAI on {os.uname().nodename}: {unit} ({result})",
        body=said or "It said nothing.",
        to=settings.OPERATOR_EMAIL,
    )
    sent = message.send()
    return f"mailed to {len(settings.OPERATOR_EMAIL)}" if sent else "OPERATOR_EMAIL names nobody"


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dermaai.settings")
    print(mail(sys.argv[1], *last_run(sys.argv[1])))
