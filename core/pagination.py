from django.core.paginator import Paginator
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from . import cursors, keyset

INVALID = "invalid_cursor"


class Pages(PageNumberPagination):
    """`{<plural>, total, page, page_size, next, previous}`; a page past the end is 404.

    `next` carries a `cursor`, and such a page begins behind the last row of the one before,
    whatever was added or deleted meanwhile: a page by number would skip rows or repeat them.
    """

    page_size = 24
    max_page_size = 100
    page_size_query_param = "page_size"
    cursor_query_param = "cursor"
    key = "results"

    def read_cursor(self, request):
        """The cursor of the request, or None."""
        text = request.query_params.get(self.cursor_query_param)
        if text is None:
            return None
        try:
            cursor = cursors.unseal(text, *_bound(request))
        except cursors.InvalidCursorError as error:
            raise _invalid() from error
        # Whoever counts `page` up and keeps the cursor would read one page for ever.
        number = str(cursor.number)
        if request.query_params.get(self.page_query_param, number) != number:
            raise _invalid()
        return cursor

    def paginate_queryset(self, queryset, request, view=None):
        cursor = self.read_cursor(request)
        if cursor is None:
            rows = super().paginate_queryset(queryset, request, view)
            self.number, self.size = self.page.number, self.page.paginator.per_page
            self.total, more = self.page.paginator.count, self.page.has_next()
            memo = self.memo(queryset, rows) if more else None
        else:
            self.request, self.number, self.size = (
                request,
                cursor.number,
                self.get_page_size(request),
            )
            self.total, memo = queryset.count(), cursor.memo
            rows = self._behind(queryset, cursor)
            rows, more = rows[: self.size], len(rows) > self.size
        self.following = self._cursor(queryset, rows[-1], memo) if more and rows else None
        return rows

    def memo(self, queryset, rows):
        """What a walk that begins with this page, `rows`, has to know on its further pages."""
        return None

    def cursor_queryset(self, queryset, memo):
        """The rows of a walk's further pages, in an order that no change of others disturbs."""
        return queryset

    def row_keys(self, row, order, memo):
        """What a row is ordered by, or None where all of `cursor_queryset` comes behind it."""
        return [getattr(row, key.lstrip("-")) for key in order]

    def fetch(self, ordered, most):
        """The first `most` rows."""
        return list(ordered[:most])

    def _behind(self, queryset, cursor):
        found = self.cursor_queryset(queryset, cursor.memo)
        if _order(found) != cursor.order:
            raise _invalid()
        if cursor.keys is not None:
            found = keyset.rows_after(found, cursor.order, cursor.keys)
        return self.fetch(found, self.size + 1)

    def _cursor(self, queryset, row, memo):
        order = _order(self.cursor_queryset(queryset, memo))
        told = cursors.Cursor(order, self.row_keys(row, order, memo), self.number + 1, memo)
        return cursors.seal(told, *_bound(self.request))

    def get_next_link(self):
        if self.following is None:
            return None
        url = replace_query_param(self._url(), self.page_query_param, self.number + 1)
        return replace_query_param(url, self.cursor_query_param, self.following)

    def get_previous_link(self):
        """By number, and none that is past the end by now."""
        if self.number == 1:
            return None
        last = max(1, -(-self.total // self.size))
        number = min(self.number - 1, last)
        url = remove_query_param(self._url(), self.cursor_query_param)
        if number == 1:
            return remove_query_param(url, self.page_query_param)
        return replace_query_param(url, self.page_query_param, number)

    def _url(self):
        return self.request.build_absolute_uri()

    def get_paginated_response(self, data):
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

    def get_paginated_response_schema(self, schema):
        link = {"type": ["string", "null"], "format": "uri"}
        number = {"type": "integer"}
        told = (
            "The page behind this one, by cursor: who follows it to its end meets each row that"
            " stands meanwhile exactly once, whatever is added or deleted. Null on the last page."
        )
        properties = {self.key: schema, "total": number, "page": number, "page_size": number}
        properties |= {"next": link | {"description": told}, "previous": link}
        return {"type": "object", "properties": properties, "required": list(properties)}

    def get_schema_operation_parameters(self, view):
        told = (
            "Where the page begins, from the last page's `next`. It is for one person, one list and"
            f" one order; with any other, or with another `page` beside it, 400 `{INVALID}`. Its"
            " page is never 404, but empty where everything behind has gone."
        )
        cursor = {
            "name": self.cursor_query_param,
            "required": False,
            "in": "query",
            "description": told,
            "schema": {"type": "string"},
        }
        return [*super().get_schema_operation_parameters(view), cursor]


def _bound(request):
    return request.user.pk, request.path


def _order(queryset):
    return list(queryset.query.order_by or queryset.model._meta.ordering)


def _invalid():
    text = _("This cursor does not belong to this list. Begin again without it.")
    return ValidationError({"cursor": [ErrorDetail(text, INVALID)]})


class NumberedByIndex(Paginator):
    """OFFSET in the index alone, then the rows of the page: none that it skips is fetched."""

    def page(self, number):
        number = self.validate_number(number)
        last = number * self.per_page
        keys = self.object_list.values("pk")[last - self.per_page : last]
        rows = self.object_list.model.objects.filter(pk__in=keys)
        return self._get_page(rows.order_by(*self.object_list.query.order_by), number, self)


class ImagePages(Pages):
    key = "images"
    django_paginator_class = NumberedByIndex

    def fetch(self, ordered, most):
        keys = ordered.values("pk")[:most]
        rows = ordered.model.objects.filter(pk__in=keys)
        return list(rows.order_by(*ordered.query.order_by))
