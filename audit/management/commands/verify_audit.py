from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit import chain
from audit.models import PendingEvent


class Command(BaseCommand):
    help = (
        "Walk the audit log's chain. Tells the first event that was altered, taken out or put in "
        "(exit status 1), else where the chain ends: note that elsewhere."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--since", metavar="NUMBER:HASH", help="an end that was noted earlier: must be in it"
        )

    def handle(self, *args: Any, since: str | None, **options: Any) -> None:
        chain.flush_pending()
        head, fault = chain.verify(_noted(since))
        if fault:
            self.stdout.write(f"WRONG  {fault}")
            raise SystemExit(1)
        count = head.last - head.pruned_through if head else 0
        self.stdout.write(f"{count} events, whole. It ends with {head}")
        if waiting := PendingEvent.objects.count():
            self.stdout.write(f"{waiting} events wait to enter the chain.")


def _noted(since: str | None) -> chain.NotedEnd | None:
    if not since:
        return None
    number, _colon, noted = since.partition(":")
    if not number.isdecimal() or len(noted) != 64:
        raise CommandError("--since takes what verify_audit printed: NUMBER:HASH.")
    return int(number), noted
