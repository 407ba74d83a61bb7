"""Pages by key: the last page costs what the first does, whatever is added or goes meanwhile.

OFFSET counts its way through every row before the page. Here a page begins behind the key of the
last image shown, compared as one row of values, `(a, b) < (x, y)`, which both databases look up
in an index; the same written with OR would be filtered row by row. What else a page asks stops
early too: it counts up to `COUNT_LIMIT`, and looks for the values of a column one after the other.
"""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import connections
from django.db.models import BooleanField, F, Func, IntegerField, Subquery, Value
from django.db.models.expressions import RawSQL

COUNT_LIMIT = 1000  # this many are "999+" (core/templatetags/units.py)


@dataclass(frozen=True, slots=True)
class Page:
    """The `images` of a page. `next` is the cursor of the next page, or None. `after` holds the
    keys of the row that the page starts after, or None. `lost`: that row no longer exists, so its
    position is unknown."""

    images: list
    next: object | None
    after: tuple | None
    lost: bool = False


class _RowValue(Func):
    template = "(%(expressions)s)"
    output_field = BooleanField()  # of no consequence: the row is only compared


class _LessThan(Func):
    template = "%(expressions)s"
    arg_joiner = " < "
    output_field = BooleanField()


class _GreaterThan(_LessThan):
    arg_joiner = " > "


def page(images, keys, cursor, size, among=None, *, ascending=False, by_key=False):
    """`size` images in descending order of `keys` (the last is unique), behind the image `cursor`.

    The cursor comes from a URL: "" is the beginning, nonsense too; an image that is not `among`
    (a queryset; by default `images`) has nothing behind it. Two queries at most, none a COUNT.
    With `ascending`, all of it in the opposite order. With `by_key`, the index answers which
    images they are, and one more query fetches those rows: for filters that pass many by, whose
    rows would be read only to be left out.
    """
    sign = "" if ascending else "-"
    ordered = images.order_by(*(f"{sign}{key}" for key in keys))
    last = None
    if place := _parse_key(images.model, cursor):
        known = images if among is None else among
        last = known.filter(pk=place).order_by().values_list(*map(F, keys)).first()
        if last is None:
            return Page([], None, None, lost=True)
        ordered = rows_after(ordered, [f"{sign}{key}" for key in keys], last)
    if by_key:
        order = list(ordered.values_list("pk", flat=True)[: size + 1])
        rows = images.model._default_manager.in_bulk(order[:size])
        found = [rows[key] for key in order[:size] if key in rows]
    else:
        found = list(ordered[: size + 1])
        order = [image.pk for image in found]
    return Page(found[:size], order[size - 1] if len(order) > size else None, last)


def rows_after(rows, order, last):
    """The rows that come after the keys `last` in `order`: field names, all ascending or all with
    "-". The keys may be as JSON has them."""
    keys = [key.lstrip("-") for key in order]
    compare = _LessThan if order[0].startswith("-") else _GreaterThan
    return rows.filter(compare(*_row_values(rows, keys, last)))


def _parse_key(model, cursor):
    """A primary key of the model, or None where this is none."""
    try:
        return model._meta.pk.to_python(cursor if cursor.isascii() else "")
    except ValidationError:
        return None


def _row_values(images, keys, last):
    fields = [_field(images, key) for key in keys]
    pairs = zip(last, fields, strict=True)
    values = [Value(field.to_python(value), field) for value, field in pairs]
    return _RowValue(*map(F, keys)), _RowValue(*values)


def _field(images, key):
    """Of the model, or of a column that the queryset has from a joined table."""
    if key in images.query.annotations:
        return images.query.annotations[key].output_field
    return images.model._meta.pk if key == "pk" else images.model._meta.get_field(key)


def count(rows):
    """How many, `COUNT_LIMIT` at most."""
    return rows.order_by()[:COUNT_LIMIT].count()


class Count(Subquery):
    """`count` of a subquery, as a column: `Count(rows.filter(x=OuterRef("pk"))[:COUNT_LIMIT])`."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def distinct_values(rows, column):
    """The values of a text column but "", each once, in order: one step in the index a value.

    DISTINCT would read every row. `column` must follow the columns that `rows` are filtered by
    in an index.
    """
    following = rows.filter(**{f"{column}__gt": RawSQL("seen.value", ())}).order_by(column)
    step, params = following.values(column)[:1].query.sql_with_params()
    with connections[rows.db].cursor() as cursor:
        cursor.execute(
            f"""
            WITH RECURSIVE seen(value) AS (
              SELECT CAST('' AS text)
              UNION ALL SELECT CAST(({step}) AS text) FROM seen WHERE seen.value IS NOT NULL
            ) SELECT value FROM seen WHERE value <> ''
            """,  # noqa: S608  (Django's own SQL)
            params,
        )
        return [value for (value,) in cursor.fetchall()]
