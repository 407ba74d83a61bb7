"""The database keeps an image's copy of its consultation's patient and date true.

Whoever changes a consultation (page, API, admin, `update()`, SQL by hand), its images follow in
the same transaction; whatever an image is inserted with, it gets its own consultation's. Triggers
and not a composite foreign key with ON UPDATE CASCADE: SQLite declares those with the table only,
and Django, which makes a table anew to alter it there, would drop it without a word.

For the same reason they are made after every `migrate` and taken away before one that touches
this app: on SQLite they go with their table, and one that names a table just being remade stops
the migration.
"""

from django.db import connections

IMAGE, VISIT = "consultations_consultationimage", "consultations_consultation"
NAMES = {"image_follows_consultation": VISIT, "image_inserted": IMAGE, "image_moved": IMAGE}
COLUMNS = {"patient_id", "consultation_date"}

_FOLLOW = f"""
    UPDATE {IMAGE} SET patient_id = NEW.patient_id, consultation_date = NEW.date
    WHERE consultation_id = NEW.id
"""  # noqa: S608  (no value from outside)
_CHANGED = "OLD.patient_id <> NEW.patient_id OR OLD.date <> NEW.date"

_RIGHT = f"""
    UPDATE {IMAGE} SET (patient_id, consultation_date) =
      (SELECT patient_id, date FROM {VISIT} WHERE id = NEW.consultation_id)
    WHERE id = NEW.id
"""  # noqa: S608
_WRONG = f"""NOT EXISTS (SELECT 1 FROM {VISIT} WHERE id = NEW.consultation_id
    AND patient_id = NEW.patient_id AND date = NEW.consultation_date)"""  # noqa: S608
_OF = "OF consultation_id, patient_id, consultation_date"

MAKE = {
    "sqlite": [
        f"CREATE TRIGGER IF NOT EXISTS image_follows_consultation AFTER UPDATE OF patient_id, date"
        f" ON {VISIT} WHEN {_CHANGED} BEGIN {_FOLLOW}; END",
        f"CREATE TRIGGER IF NOT EXISTS image_inserted AFTER INSERT ON {IMAGE}"
        f" WHEN {_WRONG} BEGIN {_RIGHT}; END",
        f"CREATE TRIGGER IF NOT EXISTS image_moved AFTER UPDATE {_OF} ON {IMAGE}"
        f" WHEN {_WRONG} BEGIN {_RIGHT}; END",
    ],
    "postgresql": [
        f"CREATE OR REPLACE FUNCTION image_follows_consultation() RETURNS trigger"
        f" LANGUAGE plpgsql AS $$ BEGIN {_FOLLOW}; RETURN NULL; END $$",
        # FOR SHARE waits for whoever is changing the consultation, and reads what they wrote.
        f"CREATE OR REPLACE FUNCTION image_of_consultation() RETURNS trigger LANGUAGE plpgsql"
        f" AS $$ BEGIN SELECT patient_id, date INTO NEW.patient_id, NEW.consultation_date"
        f" FROM {VISIT} WHERE id = NEW.consultation_id FOR SHARE; RETURN NEW; END $$",
        f"CREATE OR REPLACE TRIGGER image_follows_consultation AFTER UPDATE OF patient_id, date"
        f" ON {VISIT} FOR EACH ROW WHEN ({_CHANGED})"
        f" EXECUTE FUNCTION image_follows_consultation()",
        f"CREATE OR REPLACE TRIGGER image_inserted BEFORE INSERT ON {IMAGE}"
        f" FOR EACH ROW EXECUTE FUNCTION image_of_consultation()",
        f"CREATE OR REPLACE TRIGGER image_moved BEFORE UPDATE {_OF} ON {IMAGE}"
        f" FOR EACH ROW EXECUTE FUNCTION image_of_consultation()",
    ],
}  # noqa: S608


def install(connection):
    """Make them, where the columns are there. Again is fine."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        if IMAGE not in tables:
            return
        described = connection.introspection.get_table_description(cursor, IMAGE)
        if {column.name for column in described} >= COLUMNS:
            for statement in MAKE.get(connection.vendor, ()):
                cursor.execute(statement)


def remove(connection):
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for name, table in NAMES.items():
            if table in tables:
                on = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def before_migrate(sender, using, plan, **kwargs):
    if any(migration.app_label == sender.label for migration, _backwards in plan):
        remove(connections[using])


def after_migrate(sender, using, **kwargs):
    install(connections[using])
