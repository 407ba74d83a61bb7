from datetime import timedelta

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from audit import chain


class Command(BaseCommand):
    help = (
        "Delete events older than AUDIT_RETENTION_DAYS. What stays can still be verified. Exit "
        "status 1 where the chain is not whole: nothing is deleted then."
    )

    def handle(self, *args, **options):
        chain.flush_pending()
        try:
            gone = chain.prune(timezone.now() - timedelta(days=settings.AUDIT_RETENTION_DAYS))
        except chain.BrokenChainError as fault:
            self.stdout.write(f"WRONG  {fault}: nothing was deleted.")
            raise SystemExit(1) from fault
        self.stdout.write(f"{gone} events deleted.")
