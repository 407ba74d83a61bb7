"""Migration operations that change a table of millions of rows while the practice works; they are
not atomic. Also the former search key, for migrating back."""

import unicodedata
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models, transaction
from django.db.migrations.operations import AddIndex, RemoveIndex
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

if TYPE_CHECKING:
    _Operation = Operation
else:
    _Operation = object


class _Concurrently(_Operation):
    """CONCURRENTLY on PostgreSQL, so that uploads continue meanwhile; the operation `plain` on
    other databases."""

    plain: type[Operation]

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor == "postgresql":
            return super().database_forwards(app_label, schema_editor, from_state, to_state)
        return self.plain.database_forwards(self, app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor == "postgresql":
            return super().database_backwards(app_label, schema_editor, from_state, to_state)
        return self.plain.database_backwards(self, app_label, schema_editor, from_state, to_state)


class AddIndexAside(_Concurrently, AddIndexConcurrently):
    """An index whose creation was interrupted is dropped and created again."""

    plain = AddIndex

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {self.index.name}")
        super().database_forwards(app_label, schema_editor, from_state, to_state)


class RemoveIndexAside(_Concurrently, RemoveIndexConcurrently):
    plain = RemoveIndex


class _ConstraintAside(migrations.AddConstraint):
    """On PostgreSQL the rows that are there are checked while the practice works; one whose
    creation was interrupted is created again."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return super().database_forwards(app_label, schema_editor, from_state, to_state)
        model = to_state.apps.get_model(app_label, self.model_name)
        create = str(self.constraint.create_sql(model, schema_editor))
        self._create(schema_editor, model._meta.db_table, create)

    def _create(self, schema_editor: Any, table: str, create: str) -> None:
        """`create`: the statement as Django has it."""
        raise NotImplementedError


class AddUniqueAside(_ConstraintAside):
    """A conditional unique constraint, which both databases hold as an index."""

    constraint: models.UniqueConstraint

    def _create(self, schema_editor: Any, table: str, create: str) -> None:
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {self.constraint.name}")
        schema_editor.execute(create.replace("UNIQUE INDEX", "UNIQUE INDEX CONCURRENTLY", 1))


class AddCheckAside(_ConstraintAside):
    """A check constraint."""

    constraint: models.CheckConstraint

    def _create(self, schema_editor: Any, table: str, create: str) -> None:
        _add_check(schema_editor, table, self.constraint.name, create)


def _add_check(schema_editor: Any, table: str, name: str, create: str) -> None:
    """On PostgreSQL: under a short lock for new rows, then for those that are there without one."""
    schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}")
    schema_editor.execute(f"{create} NOT VALID", params=None)
    schema_editor.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")


class Required(migrations.AlterField):
    """NOT NULL, completely or not at all. On PostgreSQL through a constraint that is validated
    while the practice works: Django would drop the foreign key, scan the table under an exclusive
    lock and create the key again."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            with transaction.atomic(using=schema_editor.connection.alias):
                super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        table, column, check = self._names(app_label, to_state)
        needed = f"ALTER TABLE {table} ADD CONSTRAINT {check} CHECK ({column} IS NOT NULL)"
        _add_check(schema_editor, table, check, needed)
        schema_editor.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET NOT NULL")
        schema_editor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {check}")

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            with transaction.atomic(using=schema_editor.connection.alias):
                super().database_backwards(app_label, schema_editor, from_state, to_state)
            return
        table, column, _check = self._names(app_label, to_state)
        schema_editor.execute(f"ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL")

    def _names(self, app_label: str, state: ProjectState) -> tuple[str, str, str]:
        model = state.apps.get_model(app_label, self.model_name)
        return model._meta.db_table, model._meta.get_field(self.name).column, f"{self.name}_needed"


_LIGATURES = str.maketrans({"æ": "ae", "œ": "oe"})


def former_search_key(*texts: str) -> str:
    """The search key as core.folding made it until 2026-11."""
    decomposed = unicodedata.normalize("NFKD", " ".join(texts).replace("\0", ""))
    letters = "".join(c for c in decomposed if not unicodedata.combining(c))
    return letters.casefold().translate(_LIGATURES)
