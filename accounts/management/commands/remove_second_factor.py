from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.second_factor import services


class Command(BaseCommand):
    help = (
        "Turn off two-factor authentication for somebody who has lost their phone and recovery "
        "codes. Make sure first who is asking. It is recorded in the audit log, and the owner is "
        "told by e-mail."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *, email: str, **options: Any) -> None:
        user = User.objects.filter(email=email.lower()).first()
        if user is None:
            raise CommandError("There is no account with this e-mail.")
        if not services.switch_off(user, by_staff=True, command=True):
            raise CommandError("This account does not use two-factor authentication.")
        self.stdout.write("Removed. Its sessions and tokens have ended; it logs in by password.")
