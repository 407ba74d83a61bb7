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


def said(unit):
    """The last lines of the run that systemd tells us of, or else of the unit."""
    run = os.environ.get("MONITOR_INVOCATION_ID")
    which = f"_SYSTEMD_INVOCATION_ID={run}" if run else f"_SYSTEMD_UNIT={unit}"
    command = ["/usr/bin/journalctl", "-q", "-o", "cat", "-n", str(LINES), which]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603


def main(unit):
    django.setup()
    result = os.environ.get("MONITOR_SERVICE_RESULT", "unknown")
    message = EmailMessage(
        subject=f"DermaAI on {os.uname().nodename}: {unit} ({result})",
        body=said(unit) or "It said nothing.",
        to=settings.OPERATOR_EMAIL,
    )
    sent = message.send()
    print(f"mailed to {len(settings.OPERATOR_EMAIL)}" if sent else "OPERATOR_EMAIL names nobody")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dermaai.settings")
    main(sys.argv[1])
