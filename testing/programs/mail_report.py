"""Mail the standard input as the output of a failed job; prints what was done.

python -m testing.programs.mail_report
"""

import sys

from deploy.mail import mail

if __name__ == "__main__":
    print(mail("dermaai-backup.service", "exit-code", sys.stdin.read()))
