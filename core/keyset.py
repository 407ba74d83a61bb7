"""Keyset paging: the last page costs as much as the first, whatever is added or deleted meanwhile.

OFFSET reads every row before the page. Here a page begins after the key of the last image shown,
compared as one row of values, `(a, b) < (x, y)`, which both databases look up in an index; written
with OR, it would be filtered row by row. The other queries of a page stop early too: counts at
`COUNT_LIMIT`, and the distinct values of a column take one index step each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import connections
from django.db.models import BooleanField, F, Func, IntegerField, Model, QuerySet, Subquery, Value
from django.db.models.expressions import RawSQL

_Rows = TypeVar("_Rows", bound=QuerySet[Any])

COUNT_LIMIT = 1000  # shown as "999+" (core/templatetags/units.py)


@dataclass(frozen=True, slots=True)
class Page:
    """The `images` of a page. `next` is the cursor of the next page, or None. `after` holds the
    keys of the row that the page starts after, or None. `lost`: that row no longer exists, so its
    position is unknown."""

    images: list[Any]
    next: Any | None
    after: tuple[Any, ...] | None
    lost: bool = False


class _RowValue(Func):
    template = "(%(expressions)s)"
    output_field = BooleanField()  # unused: the row is only compared


class _LessThan(Func):
    template = "%(expressions)s"
    arg_joiner = " < "
    output_field = BooleanField()


class _GreaterThan(_LessThan):
    arg_joiner = " > "


def page(
    images: QuerySet[Any],
    keys: Sequence[str],
    cursor: str,
    size: int,
    among: QuerySet[Any] | None = None,
    *,
    ascending: bool = False,
    by_key: bool = False,
) -> Page:
    """`size` images in descending order of `keys` (the last is unique), after the image `cursor`.

    The cursor comes from a URL: "" and nonsense mean the beginning; an image that is not in
    `among` (by default `images`) gives a lost page. At most two queries, none of them a COUNT.
    `ascending` reverses the order. With `by_key` the index finds the primary keys and one more
    query fetches those rows: for filters that skip many rows, which would be read for nothing.
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
        shown = [rows[key] for key in order[:size] if key in rows]
    else:
        shown = list(ordered[: size + 1])
        order = [image.pk for image in shown]
    return Page(shown[:size], order[size - 1] if len(order) > size else None, last)


def rows_after(rows: _Rows, order: Sequence[str], last: Sequence[Any]) -> _Rows:
    """The rows that come after the keys `last`. `order`: field names, all ascending or all with
    "-". The keys may be JSON values."""
    keys = [key.lstrip("-") for key in order]
    compare = _LessThan if order[0].startswith("-") else _GreaterThan
    return rows.filter(compare(*_row_values(rows, keys, last)))


def _parse_key(model: type[Model], cursor: str) -> Any:
    """The cursor as a primary key of the model, or None where it is not one."""
    try:
        return model._meta.pk.to_python(cursor if cursor.isascii() else "")
    except ValidationError:
        return None


def _row_values(
    images: QuerySet[Any], keys: Sequence[str], last: Sequence[Any]
) -> tuple[_RowValue, _RowValue]:
    fields = [_field(images, key) for key in keys]
    pairs = zip(last, fields, strict=True)
    values = [Value(field.to_python(value), field) for value, field in pairs]
    return _RowValue(*map(F, keys)), _RowValue(*values)


def _field(images: QuerySet[Any], key: str) -> Any:
    """The field of the model, or the output field of an annotation."""
    if key in images.query.annotations:
        return images.query.annotations[key].output_field
    return images.model._meta.pk if key == "pk" else images.model._meta.get_field(key)


def count(rows: QuerySet[Any]) -> int:
    """How many rows there are, at most `COUNT_LIMIT`."""
    return rows.order_by()[:COUNT_LIMIT].count()


class Count(Subquery):
    """`count` of a subquery, as a column: `Count(rows.filter(x=OuterRef("pk"))[:COUNT_LIMIT])`."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def distinct_values(rows: QuerySet[Any], column: str) -> list[str]:
    """The distinct values of a text column, sorted, without "": one index step for each value.

    DISTINCT would read every row. In an index, `column` must follow the columns that `rows` is
    filtered by.
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
