import base64
import pickle

from django.core.cache.backends import db
from django.db import connections, router, transaction
from django.utils import timezone


class DatabaseCache(db.DatabaseCache):
    """Django's database cache with an atomic `incr` that leaves the expiry alone, as in Redis and
    Memcached. Django's own reads, adds and writes in three steps, and resets the expiry to the
    cache's default timeout."""

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """The new value. Raises ValueError for a key that is unknown or has expired."""
        key = self.make_and_validate_key(key, version=version)
        using = router.db_for_write(self.cache_model_class)
        connection = connections[using]
        table = connection.ops.quote_name(self._table)  # type: ignore[attr-defined]
        now = connection.ops.adapt_datetimefield_value(timezone.now().replace(microsecond=0))
        # On SQLite a transaction locks the database (transaction_mode IMMEDIATE).
        lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
        with transaction.atomic(using=using), connection.cursor() as cursor:
            live = f"SELECT value FROM {table} WHERE cache_key = %s AND expires >= %s{lock}"  # noqa: S608
            cursor.execute(live, [key, now])
            if (row := cursor.fetchone()) is None:
                raise ValueError(f"no such key: {key!r}")
            value = pickle.loads(base64.b64decode(row[0])) + delta  # noqa: S301  (Django's own)
            packed = base64.b64encode(pickle.dumps(value, self.pickle_protocol)).decode("latin1")
            cursor.execute(f"UPDATE {table} SET value = %s WHERE cache_key = %s", [packed, key])  # noqa: S608
        return value
