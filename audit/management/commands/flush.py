from typing import Any

from django.core.management.commands import flush
from django.db import DEFAULT_DB_ALIAS, connections

from audit import triggers


class Command(flush.Command):
    """Django's command, which empties the whole database; the triggers would prevent it."""

    def handle(self, **options: Any) -> None:
        connection = connections[options.get("database") or DEFAULT_DB_ALIAS]
        triggers.remove(connection)
        try:
            super().handle(**options)
        finally:
            triggers.install(connection)
