"""The database itself refuses to change or delete an event, whoever asks (admin, shell, SQL).

What is behind the head's floor may go: that is `prune_audit`, and a floor moved by another hand
breaks the seal. Made after every `migrate`, as consultations/triggers.py explains.
"""

from django.db import connections

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
    # INSERT OR REPLACE takes a row away without asking the trigger above.
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


def _tables_exist(connection, cursor):
    return {EVENT, HEAD} <= set(connection.introspection.table_names(cursor))


def install(connection):
    """Make them, where the tables are there. Again is fine. Returns whether they are."""
    with connection.cursor() as cursor:
        if not _tables_exist(connection, cursor):
            return False
        for statement in STATEMENTS.get(connection.vendor, ()):
            cursor.execute(statement)
    return True


def remove(connection):
    with connection.cursor() as cursor:
        if _tables_exist(connection, cursor):
            on = f" ON {EVENT}" if connection.vendor == "postgresql" else ""
            for name in TRIGGER_NAMES:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def before_migrate(sender, using, plan, **kwargs):
    connection = connections[using]
    touched = any(migration.app_label == sender.label for migration, _backwards in plan)
    if touched and connection.vendor == "sqlite":
        remove(connection)


def after_migrate(sender, using, **kwargs):
    from . import chain

    if install(connections[using]):
        chain.create_head()
