from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from imaging import lifecycle
from imaging.errors import StorageUnavailable


class Command(BaseCommand):
    help = (
        "Compare database and storage: delete orphan blobs and abandoned uploads older than an "
        "hour, repair quotas, report rows whose blob is missing. Exit status 1 when one is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only report")
        parser.add_argument(
            "--older-than",
            type=float,
            default=lifecycle.GRACE.total_seconds() / 60,
            metavar="MINUTES",
            help="instead of an hour; 0 only while no web process and no worker runs: anything "
            "younger may be an upload in progress",
        )

    def handle(self, *args: Any, dry_run: bool, older_than: float, **options: Any) -> None:
        try:
            grace = timedelta(minutes=older_than)
            report = lifecycle.reconcile(delete=not dry_run, grace=grace)
        except StorageUnavailable as outage:
            raise CommandError(f"The storage does not answer: {outage.__cause__}") from outage
        for container, name in report.orphans:
            self.stdout.write(f"{'orphan' if dry_run else 'deleted'}  {container}/{name}")
        for image, container, name in report.missing:
            self.stdout.write(f"MISSING  {container}/{name}  {image._meta.label} {image.pk}")
        if report.repaired:
            self.stdout.write(f"{'WRONG' if dry_run else 'repaired'}  {report.repaired} rows")
        self.stdout.write(
            f"{report.rows} rows, {report.blobs} blobs: {len(report.orphans)} orphans, "
            f"{len(report.missing)} missing, {len(report.abandoned)} abandoned uploads."
        )
        if report.missing:
            raise SystemExit(1)
