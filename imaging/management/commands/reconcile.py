from django.core.management.base import BaseCommand, CommandError

from imaging import lifecycle
from imaging.errors import StorageUnavailable


class Command(BaseCommand):
    help = (
        "Compare database and storage: delete orphan blobs and abandoned uploads older than an "
        "hour, report rows whose blob is gone. Exit status 1 when a blob is missing."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dry-run", action="store_true", help="only tell")

    def handle(self, *args, dry_run, **options):
        try:
            report = lifecycle.reconcile(delete=not dry_run)
        except StorageUnavailable as outage:
            raise CommandError(f"The storage does not answer: {outage.__cause__}") from outage
        for container, name in report.orphans:
            self.stdout.write(f"{'orphan' if dry_run else 'deleted'}  {container}/{name}")
        for image, container, name in report.missing:
            self.stdout.write(f"MISSING  {container}/{name}  {image._meta.label} {image.pk}")
        if report.mended:
            self.stdout.write(f"{'WRONG' if dry_run else 'mended'}  {report.mended} rows")
        self.stdout.write(
            f"{report.rows} rows, {report.blobs} blobs: {len(report.orphans)} orphans, "
            f"{len(report.missing)} missing, {len(report.abandoned)} abandoned uploads."
        )
        if report.missing:
            raise SystemExit(1)
