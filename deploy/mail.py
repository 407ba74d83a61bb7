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


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603


def main(unit):
    django.setup()
    told = run("/usr/bin/systemctl", "show", "-p", "InvocationID", "-p", "Result", unit)
    known = dict(line.split("=", 1) for line in told.splitlines())
    last = f"_SYSTEMD_INVOCATION_ID={known['InvocationID']}"
    said = run("/usr/bin/journalctl", "-q", "-o", "cat", "-n", str(LINES), last)
    message = EmailMessage(
        subject=f"DermaAI on {os.uname().nodename}: {unit} ({known['Result']})",
        body=said or "It said nothing.",
        to=settings.OPERATOR_EMAIL,
    )
    sent = message.send()
    print(f"mailed to {len(settings.OPERATOR_EMAIL)}" if sent else "OPERATOR_EMAIL names nobody")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dermaai.settings")
    main(sys.argv[1])
