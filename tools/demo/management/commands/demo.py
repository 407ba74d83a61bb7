from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tools.demo import gallery, record


class Command(BaseCommand):
    help = "Fill an empty database with the demo record (only with DEBUG on)."

    def add_arguments(self, parser):
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing where there is anything already"
        )

    def handle(self, *args, if_empty, **options):
        if not settings.DEBUG:
            raise CommandError("The demo logins have a known password: only with DEBUG on.")
        if not record.is_empty():
            if if_empty:
                return
            raise CommandError("There are users or patients already.")
        record.make()
        gallery.make()
        self.stdout.write(f"doctor@demo.example and others, password {record.PASSWORD}")
