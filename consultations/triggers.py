"""Triggers that keep an image's copies of its consultation's patient, doctor and date in step.

However a consultation is changed (page, API, admin, `update()`, SQL by hand), its images follow in
the same transaction; whatever values an image is inserted with, it gets those of its consultation.
Triggers, not a composite foreign key with ON UPDATE CASCADE: SQLite declares those only with the
table, and Django, which recreates a table to alter it there, would silently drop the constraint.

For the same reason the triggers are created after every `migrate` and, on SQLite, dropped before
one that touches this app: there they vanish with their table, and a trigger that names a table
being recreated stops the migration. PostgreSQL keeps them throughout, because the practice may be
at work. `reconcile` creates them again if a migration was interrupted, and repairs copies that
went out of step meanwhile. With them come those of lesions (lesion_triggers.py).
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F

from . import lesion_triggers

IMAGE, CONSULTATION = "consultations_consultationimage", "consultations_consultation"
TRIGGER_TABLES = {
    "image_follows_consultation": CONSULTATION,
    "image_inserted": IMAGE,
    "image_moved": IMAGE,
}
COLUMNS = {"patient_id", "doctor_id", "consultation_date"}

SQLITE = [
    """
    CREATE TRIGGER IF NOT EXISTS image_follows_consultation
    AFTER UPDATE OF patient_id, doctor_id, date ON consultations_consultation
    BEGIN
      UPDATE consultations_consultationimage
      SET patient_id = NEW.patient_id, doctor_id = NEW.doctor_id, consultation_date = NEW.date
      WHERE consultation_id = NEW.id AND (patient_id, doctor_id, consultation_date)
        IS NOT (NEW.patient_id, NEW.doctor_id, NEW.date);
    END
    """,
    *(
        f"""
        CREATE TRIGGER IF NOT EXISTS {name} AFTER {event} ON consultations_consultationimage
        WHEN (NEW.patient_id, NEW.doctor_id, NEW.consultation_date) IS NOT
          (SELECT patient_id, doctor_id, date FROM consultations_consultation
           WHERE id = NEW.consultation_id)
        BEGIN
          UPDATE consultations_consultationimage SET (patient_id, doctor_id, consultation_date) =
            (SELECT patient_id, doctor_id, date FROM consultations_consultation
             WHERE id = NEW.consultation_id)
          WHERE id = NEW.id;
        END
        """  # noqa: S608  (both are just below)
        for name, event in (
            ("image_inserted", "INSERT"),
            ("image_moved", "UPDATE OF consultation_id, patient_id, doctor_id, consultation_date"),
        )
    ),
]
POSTGRESQL = [
    """
    CREATE OR REPLACE FUNCTION image_follows_consultation() RETURNS trigger LANGUAGE plpgsql
    SET search_path FROM CURRENT AS $$
    BEGIN
      UPDATE consultations_consultationimage
      SET patient_id = NEW.patient_id, doctor_id = NEW.doctor_id, consultation_date = NEW.date
      WHERE consultation_id = NEW.id AND (patient_id, doctor_id, consultation_date)
        IS DISTINCT FROM (NEW.patient_id, NEW.doctor_id, NEW.date);
      RETURN NULL;
    END $$
    """,
    # FOR SHARE waits for a concurrent change of the consultation, and reads its result.
    """
    CREATE OR REPLACE FUNCTION image_of_consultation() RETURNS trigger LANGUAGE plpgsql
    SET search_path FROM CURRENT AS $$
    BEGIN
      SELECT patient_id, doctor_id, date
      INTO NEW.patient_id, NEW.doctor_id, NEW.consultation_date
      FROM consultations_consultation WHERE id = NEW.consultation_id FOR SHARE;
      RETURN NEW;
    END $$
    """,
    """
    CREATE OR REPLACE TRIGGER image_follows_consultation
    AFTER UPDATE OF patient_id, doctor_id, date ON consultations_consultation
    FOR EACH ROW EXECUTE FUNCTION image_follows_consultation()
    """,
    """
    CREATE OR REPLACE TRIGGER image_inserted BEFORE INSERT ON consultations_consultationimage
    FOR EACH ROW EXECUTE FUNCTION image_of_consultation()
    """,
    """
    CREATE OR REPLACE TRIGGER image_moved
    BEFORE UPDATE OF consultation_id, patient_id, doctor_id, consultation_date
    ON consultations_consultationimage
    FOR EACH ROW EXECUTE FUNCTION image_of_consultation()
    """,
]
STATEMENTS = {"sqlite": SQLITE, "postgresql": POSTGRESQL}


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers, if the table has their columns. May be repeated."""
    with connection.cursor() as cursor:
        if IMAGE not in connection.introspection.table_names(cursor):
            return
        described = connection.introspection.get_table_description(cursor, IMAGE)
        columns = {column.name for column in described}
        for needed, statements in (
            (COLUMNS, STATEMENTS),
            (COLUMNS | {"lesion_id"}, lesion_triggers.STATEMENTS),
        ):
            if columns >= needed:
                for statement in statements.get(connection.vendor, ()):
                    cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers and their functions, if they are there."""
    remove_of_lesions(connection)
    _drop(connection, TRIGGER_TABLES, ("image_follows_consultation", "image_of_consultation"))


def remove_of_lesions(connection: BaseDatabaseWrapper) -> None:
    """The same only for those of lesions."""
    tables = lesion_triggers.TABLES.get(connection.vendor, {})
    _drop(connection, tables, lesion_triggers.FUNCTIONS)


def _drop(
    connection: BaseDatabaseWrapper, triggers: Mapping[str, str], functions: Iterable[str]
) -> None:
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        for name, table in triggers.items():
            if table in tables:
                clause = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{clause}")
        if connection.vendor == "postgresql":
            for function in functions:
                cursor.execute(f"DROP FUNCTION IF EXISTS {function}()")


def repair(model: type[Any], *, dry_run: bool, grace: timedelta | None = None) -> int:
    """Make the triggers where they are missing, and right the copies that differ from their
    consultation's. Returns how many did."""
    stale = model._base_manager.exclude(
        patient_id=F("consultation__patient_id"),
        doctor_id=F("consultation__doctor_id"),
        consultation_date=F("consultation__date"),
    )
    keys = list(stale.values_list("pk", flat=True))
    if not dry_run:
        install(connections[model._base_manager.db])
        # Any update makes the trigger copy the consultation's values.
        for start in range(0, len(keys), 1000):
            rows = model._base_manager.filter(pk__in=keys[start : start + 1000])
            rows.update(doctor_id=F("doctor_id"))
    return len(keys)


def before_migrate(
    sender: AppConfig, using: str, plan: list[tuple[Any, bool]], **kwargs: Any
) -> None:
    """On SQLite, drop the triggers before a migration of this app."""
    connection = connections[using]
    affected = any(migration.app_label == sender.label for migration, _backwards in plan)
    if affected and connection.vendor == "sqlite":
        remove(connection)


def after_migrate(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Create the triggers again."""
    install(connections[using])
