"""After a test that commits: empty the tables that it wrote to.

Django's `flush` empties every table, and makes every permission, content type and trigger anew.
That takes longer than most tests, and nearly all tables are empty as it is.
"""

from functools import cache

from django.db import connection, transaction
from django.test import TransactionTestCase

from audit import chain, triggers

# What `migrate` filled: no test changes it, and who is allowed what hangs on it.
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


def written(cursor):
    """The tables in which there is something."""
    quoted = connection.ops.quote_name
    asked = " UNION ALL ".join(
        f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {quoted(name)})" for name in tables()
    )
    cursor.execute(asked)
    return [name for (name,) in cursor.fetchall()]


def empty():
    with connection.cursor() as cursor:
        found = written(cursor)
        audited = triggers.EVENT in found
        if audited:  # they keep every event
            triggers.remove(connection)
        with transaction.atomic():  # in which the keys of other tables wait for its end
            for name in found:
                cursor.execute(f"DELETE FROM {connection.ops.quote_name(name)}")
            chain.create_head()
        if audited:
            triggers.install(connection)


def instead_of_flush():
    TransactionTestCase._fixture_teardown = lambda self: empty()
