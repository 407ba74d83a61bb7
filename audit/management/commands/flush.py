from django.core.management.commands import flush
from django.db import DEFAULT_DB_ALIAS, connections

from audit import triggers


class Command(flush.Command):
    """Django's: it empties a whole database, and asks first. The triggers would not let it."""

    def handle(self, **options):
        connection = connections[options.get("database") or DEFAULT_DB_ALIAS]
        triggers.remove(connection)
        try:
            super().handle(**options)
        finally:
            triggers.install(connection)
