from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param
from rest_framework.views import APIView

from . import cursors, keyset
from .cursors import Cursor

INVALID = "invalid_cursor"


class Pages(PageNumberPagination):
    """`{<plural>, total, page, page_size, next, previous}`; a page past the end is 404.

    `next` carries a `cursor`: that page begins after the last row of this one, whatever was added
    or deleted meanwhile. A page by number would skip rows or repeat them.
    """

    page_size: int = 24
    max_page_size = 100
    page_size_query_param = "page_size"
    cursor_query_param = "cursor"
    key = "results"  # of the rows, in the response
    page: Page[Any]
    request: Request

    def read_cursor(self, request: Request) -> Cursor | None:
        """The cursor of the request, or None. Raises ValidationError for an invalid one."""
        text = request.query_params.get(self.cursor_query_param)
        if text is None:
            return None
        try:
            cursor = cursors.unseal(text, *_scope(request))
        except cursors.InvalidCursorError as error:
            raise _invalid() from error
        # A client that increments `page` but keeps the cursor would read one page for ever.
        number = str(cursor.number)
        if request.query_params.get(self.page_query_param, number) != number:
            raise _invalid()
        return cursor

    def paginate_queryset(  # type: ignore[override]  # querysets only
        self, queryset: QuerySet[Any], request: Request, view: APIView | None = None
    ) -> list[Any]:
        """The rows of the requested page; what the links need is kept on self."""
        cursor = self.read_cursor(request)
        if cursor is None:
            rows = super().paginate_queryset(queryset, request, view) or []
            self.number, self.size = self.page.number, self.page.paginator.per_page
            self.total, more = self.page.paginator.count, self.page.has_next()
            memo = self.memo(queryset, rows) if more else None
        else:
            self.request, self.number = request, cursor.number
            self.size = self.get_page_size(request) or self.page_size
            self.total, memo = queryset.count(), cursor.memo
            rows = self._rows_after(queryset, cursor)
            rows, more = rows[: self.size], len(rows) > self.size
        self.next_cursor = self._cursor(queryset, rows[-1], memo) if more and rows else None
        return rows

    def memo(self, queryset: Any, rows: list[Any]) -> Any:
        """A JSON value that the later pages of a walk beginning with this page need."""
        return None

    def cursor_queryset(self, queryset: Any, memo: Any) -> QuerySet[Any]:
        """The rows of a walk's later pages, in an order that concurrent changes do not affect."""
        return queryset

    def row_keys(self, row: Any, order: list[str], memo: Any) -> list[Any] | None:
        """The values that order a row, or None where all of `cursor_queryset` comes after it."""
        return [getattr(row, key.lstrip("-")) for key in order]

    def fetch(self, ordered: QuerySet[Any], limit: int) -> list[Any]:
        """The first `limit` rows."""
        return list(ordered[:limit])

    def _rows_after(self, queryset: QuerySet[Any], cursor: Cursor) -> list[Any]:
        rows = self.cursor_queryset(queryset, cursor.memo)
        if _order(rows) != cursor.order:
            raise _invalid()
        if cursor.keys is not None:
            rows = keyset.rows_after(rows, cursor.order, cursor.keys)
        return self.fetch(rows, self.size + 1)

    def _cursor(self, queryset: QuerySet[Any], row: Any, memo: Any) -> str:
        order = _order(self.cursor_queryset(queryset, memo))
        cursor = Cursor(order, self.row_keys(row, order, memo), self.number + 1, memo)
        return cursors.seal(cursor, *_scope(self.request))

    def get_next_link(self) -> str | None:
        if self.next_cursor is None:
            return None
        url = replace_query_param(self._url(), self.page_query_param, self.number + 1)
        return replace_query_param(url, self.cursor_query_param, self.next_cursor)

    def get_previous_link(self) -> str | None:
        """By number, and never past the current end."""
        if self.number == 1:
            return None
        last = max(1, -(-self.total // self.size))
        number = min(self.number - 1, last)
        url = remove_query_param(self._url(), self.cursor_query_param)
        if number == 1:
            return remove_query_param(url, self.page_query_param)
        return replace_query_param(url, self.page_query_param, number)

    def _url(self) -> str:
        return self.request.build_absolute_uri()

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {
                self.key: data,
                "total": self.total,
                "page": self.number,
                "page_size": self.size,
                "next": self.get_next_link(),
                "previous": self.get_previous_link(),
            }
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        number = {"type": "integer"}
        description = (
            "The next page, by cursor. A client that follows it to the end gets each row that"
            " exists throughout exactly once, whatever is added or deleted. Null on the last page."
        )
        properties = {self.key: schema, "total": number, "page": number, "page_size": number}
        properties |= {"next": link | {"description": description}, "previous": link}
        return {"type": "object", "properties": properties, "required": list(properties)}

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        description = (
            "Where the page begins, from the previous page's `next`. It is valid for one person,"
            " one list and one order; with any other, or with another `page`, 400"
            f" `{INVALID}`. Its page is never 404, but empty if all later rows are gone."
        )
        cursor = {
            "name": self.cursor_query_param,
            "required": False,
            "in": "query",
            "description": description,
            "schema": {"type": "string"},
        }
        return [*super().get_schema_operation_parameters(view), cursor]


def _scope(request: Request) -> tuple[Any, str]:
    return request.user.pk, request.path


def _order(queryset: QuerySet[Any]) -> list[str]:
    return list(queryset.query.order_by or queryset.model._meta.ordering)


def _invalid() -> ValidationError:
    text = _("This cursor does not belong to this list. Start again without it.")
    return ValidationError({"cursor": [ErrorDetail(text, INVALID)]})


class NumberedByIndex(Paginator):
    """OFFSET over the index only, then the rows of the page: skipped rows are never fetched."""

    object_list: QuerySet[Any]

    def page(self, number: int | str) -> Page:
        """The page of that number, from 1. Raises InvalidPage."""
        number = self.validate_number(number)
        last = number * self.per_page
        keys = self.object_list.values("pk")[last - self.per_page : last]
        rows = self.object_list.model.objects.filter(pk__in=keys)
        ordered = rows.order_by(*self.object_list.query.order_by)
        return self._get_page(ordered, number, self)  # type: ignore[attr-defined]


class ImagePages(Pages):
    key = "images"
    django_paginator_class = NumberedByIndex

    def fetch(self, ordered: QuerySet[Any], limit: int) -> list[Any]:
        keys = ordered.values("pk")[:limit]
        rows = ordered.model.objects.filter(pk__in=keys)
        return list(rows.order_by(*ordered.query.order_by))
