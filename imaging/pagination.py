from django.core.paginator import Paginator
from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response


class Pages(PageNumberPagination):
    """`{<plural>, total, page, page_size, next, previous}`; a page past the end is 404."""

    page_size = 24
    max_page_size = 100
    page_size_query_param = "page_size"
    key = "results"

    def get_paginated_response(self, data):
        return Response(
            {
                self.key: data,
                "total": self.page.paginator.count,
                "page": self.page.number,
                "page_size": self.page.paginator.per_page,
                "next": self.get_next_link(),
                "previous": self.get_previous_link(),
            }
        )

    def get_paginated_response_schema(self, schema):
        link = {"type": ["string", "null"], "format": "uri"}
        number = {"type": "integer"}
        properties = {self.key: schema, "total": number, "page": number, "page_size": number}
        properties |= {"next": link, "previous": link}
        return {"type": "object", "properties": properties, "required": list(properties)}


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
