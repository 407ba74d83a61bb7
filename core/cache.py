import base64
import pickle

from django.core.cache.backends import db
from django.db import connections, router, transaction


class DatabaseCache(db.DatabaseCache):
    """Django's, with an `incr` that counts every call and leaves the expiry alone, as those of
    Redis and Memcached do: Django's own reads, adds and writes in three steps, and makes the entry
    expire after the cache's default timeout."""

    def incr(self, key, delta=1, version=None):
        key = self.make_and_validate_key(key, version=version)
        using = router.db_for_write(self.cache_model_class)
        connection = connections[using]
        table = connection.ops.quote_name(self._table)
        # On SQLite a transaction locks the database (transaction_mode IMMEDIATE).
        lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
        with transaction.atomic(using=using), connection.cursor() as cursor:
            cursor.execute(f"SELECT value FROM {table} WHERE cache_key = %s{lock}", [key])  # noqa: S608
            if (row := cursor.fetchone()) is None:
                raise ValueError(f"no such key: {key!r}")
            value = pickle.loads(base64.b64decode(row[0])) + delta  # noqa: S301  (Django's own)
            packed = base64.b64encode(pickle.dumps(value, self.pickle_protocol)).decode("latin1")
            cursor.execute(f"UPDATE {table} SET value = %s WHERE cache_key = %s", [packed, key])  # noqa: S608
        return value
