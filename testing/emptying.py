"""After a test that commits, empty only the tables that it wrote to.

Django's `flush` empties every table and recreates all permissions, content types and triggers.
That takes longer than most tests, and nearly all tables are empty anyway.
"""

from functools import cache

from django.db import connection, transaction
from django.test import TransactionTestCase

from audit import chain, triggers

# Filled by `migrate`; no test changes them, and permissions depend on them.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}


@cache
def tables():
    return [
        name
        for name in connection.introspection.django_table_names(
            only_existing=True, include_views=False
        )
        if name not in KEPT
    ]


def tables_with_rows(cursor):
    """The names of the tables that have rows."""
    quoted = connection.ops.quote_name
    query = " UNION ALL ".join(
        f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {quoted(name)})" for name in tables()
    )
    cursor.execute(query)
    return [name for (name,) in cursor.fetchall()]


def empty_tables():
    with connection.cursor() as cursor:
        filled = tables_with_rows(cursor)
        has_events = triggers.EVENT in filled
        if has_events:  # the triggers refuse deletions
            triggers.remove(connection)
        with transaction.atomic():  # foreign keys are checked at its end
            for name in filled:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(name)}")
            chain.create_head()
        if has_events:
            triggers.install(connection)


def replace_flush():
    """Make `TransactionTestCase` empty tables with `empty_tables` instead of `flush`."""
    TransactionTestCase._fixture_teardown = lambda self: empty_tables()
