"""The database itself refuses to change or delete an event (from the admin, a shell, SQL).

Events up to the head's floor may be deleted: `prune_audit` does so, and moving the floor any other
way breaks the seal. Created after every `migrate`, as consultations/triggers.py explains.
"""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.db.migrations import Migration

EVENT, HEAD = "audit_event", "audit_head"
TRIGGER_NAMES = ("audit_event_fixed", "audit_event_kept", "audit_event_once")
REFUSAL = "the audit log is append-only"

SQLITE = [
    f"""
    CREATE TRIGGER IF NOT EXISTS audit_event_fixed BEFORE UPDATE ON {EVENT}
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
    """,
    f"""
    CREATE TRIGGER IF NOT EXISTS audit_event_kept BEFORE DELETE ON {EVENT}
    WHEN OLD.id > COALESCE((SELECT floor FROM {HEAD} WHERE id = 1), -1)
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
    """,  # noqa: S608  (our own tables)
    # INSERT OR REPLACE deletes a row without firing the trigger above.
    f"""
    CREATE TRIGGER IF NOT EXISTS audit_event_once BEFORE INSERT ON {EVENT}
    WHEN EXISTS (SELECT 1 FROM {EVENT} WHERE id = NEW.id)
    BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
    """,  # noqa: S608
]
POSTGRESQL = [
    f"""
    CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql
    SET search_path FROM CURRENT AS $$
    BEGIN
      IF TG_OP = 'DELETE' THEN
        IF OLD.id <= (SELECT floor FROM {HEAD} WHERE id = 1) THEN RETURN OLD; END IF;
      END IF;
      RAISE EXCEPTION '{REFUSAL}';
    END $$
    """,  # noqa: S608
    f"""
    CREATE OR REPLACE TRIGGER audit_event_kept BEFORE UPDATE OR DELETE ON {EVENT}
    FOR EACH ROW EXECUTE FUNCTION audit_refuse()
    """,
    f"""
    CREATE OR REPLACE TRIGGER audit_event_fixed BEFORE TRUNCATE ON {EVENT}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()
    """,
]
STATEMENTS = {"sqlite": SQLITE, "postgresql": POSTGRESQL}


def _tables_exist(connection: BaseDatabaseWrapper, cursor: CursorWrapper) -> bool:
    return {EVENT, HEAD} <= set(connection.introspection.table_names(cursor))


def install(connection: BaseDatabaseWrapper) -> bool:
    """Create the triggers, if the tables exist; idempotent. Returns whether the tables exist."""
    with connection.cursor() as cursor:
        if not _tables_exist(connection, cursor):
            return False
        for statement in STATEMENTS.get(connection.vendor, ()):
            cursor.execute(statement)
    return True


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers, if the tables exist."""
    with connection.cursor() as cursor:
        if _tables_exist(connection, cursor):
            on = f" ON {EVENT}" if connection.vendor == "postgresql" else ""
            for name in TRIGGER_NAMES:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def before_migrate(
    sender: AppConfig, using: str, plan: Sequence[tuple[Migration, bool]], **kwargs: Any
) -> None:
    """SQLite rebuilds a table to alter it, which the triggers would refuse."""
    connection = connections[using]
    touched = any(migration.app_label == sender.label for migration, _backwards in plan)
    if touched and connection.vendor == "sqlite":
        remove(connection)


def after_migrate(sender: AppConfig, using: str, **kwargs: Any) -> None:
    from . import chain

    if install(connections[using]):
        chain.create_head()
