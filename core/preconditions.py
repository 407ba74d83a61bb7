"""`ETag` and `If-Match` of the API: who writes on what they have read erases nobody's words."""

from django.db import transaction
from django.utils.http import parse_etags
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException

from .versions import entity_tag

IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The `ETag` of what was read. If it has been edited since, nothing is written: 412,"
    " with what stands there now as `current` and its `ETag`.",
)


class ChangedMeanwhile(APIException):
    """412; the answer has what stands there now, and its ETag."""

    status_code = 412
    default_code = "changed_meanwhile"
    default_detail = _("This was changed since you read it. Nothing was saved.")

    def __init__(self, current, etag):
        super().__init__()
        self.current, self.etag = current, etag


class VersionedDetail:
    """A mixin of a view of one object, before its DRF bases: `ETag` on GET, PUT and PATCH, and
    `If-Match` judged. PUT and PATCH are one transaction that holds the row: of two at once the
    second finds what the first has written. A `get_queryset` of the view's own begins with
    `super().get_queryset()`."""

    locks_row = True  # else what writes takes its own locks, and judges again under them
    is_write = (
        False  # OPTIONS, too, asks for the object as PUT would: the method alone tells nothing
    )

    def get_queryset(self):
        rows = super().get_queryset()
        # The row alone: what it is joined to may be null, which cannot be locked.
        locked = self.is_write and self.locks_row
        return rows.select_for_update(of=("self",)) if locked else rows

    def get_object(self):
        self.instance = super().get_object()
        if self.is_write or self.request.method == "DELETE":
            self.check_precondition(self.instance)
        return self.instance

    def check_precondition(self, instance):
        """Raises ChangedMeanwhile where If-Match names another state than `instance` is in."""
        wanted = self.request.headers.get("If-Match")
        if wanted is None:
            return
        # A proxy that compresses makes a tag weak; it names the same state.
        known = {tag.removeprefix("W/") for tag in parse_etags(wanted)}
        etag = self.etag(instance)
        if not known & {etag, "*"}:
            raise ChangedMeanwhile(self.get_serializer(instance).data, etag)

    def etag(self, instance):
        """Of the fields that this API lets somebody write, as they stand in the row."""
        fields = self.get_serializer().fields.values()
        written = [field.source for field in fields if not field.read_only]
        return entity_tag({name: instance.serializable_value(name) for name in written})

    @transaction.atomic
    def update(self, request, *args, **kwargs):
        self.is_write = True
        return super().update(request, *args, **kwargs)

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        if hasattr(self, "instance") and response.status_code == 200 and self._shows_one_object():
            response["ETag"] = self.etag(self.instance)
        return response

    def _shows_one_object(self):
        return self.is_write or getattr(self, "action", "retrieve") == "retrieve"
