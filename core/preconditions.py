"""`ETag` and `If-Match` of the API, so that a client never overwrites an edit it has not read."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from django.db import transaction
from django.utils.http import parse_etags
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import APIException
from rest_framework.generics import GenericAPIView
from rest_framework.mixins import UpdateModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from .versions import entity_tag

IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The `ETag` of what was read. If it has been edited since, nothing is written: 412,"
    " with the present state as `current` and its `ETag`.",
)


class ChangedMeanwhile(APIException):
    """412. `current` is the serialized current state, `etag` its ETag."""

    status_code = 412
    default_code = "changed_meanwhile"
    default_detail = _("This has been changed since you read it. Nothing was saved.")

    def __init__(self, current: Any, etag: str) -> None:
        super().__init__()
        self.current, self.etag = current, etag


def known_etags(request: Request) -> set[str] | None:
    """What `If-Match` names; None where it is not sent."""
    wanted = request.headers.get("If-Match")
    if wanted is None:
        return None
    # A compressing proxy makes a tag weak; it still names the same state.
    return {tag.removeprefix("W/") for tag in parse_etags(wanted)}


def check_precondition(request: Request, etag: str, shown: Callable[[], Any]) -> None:
    """Raises ChangedMeanwhile where `If-Match` names another state than `etag`; `shown()` is the
    serialized current one."""
    known = known_etags(request)
    if known is not None and not known & {etag, "*"}:
        raise ChangedMeanwhile(shown(), etag)


def etag_of(instance: Any, serializer: Serializer) -> str:
    """The ETag of a row, with its quotes: of the fields that this serializer of its kind writes."""
    writable = [str(field.source) for field in serializer.fields.values() if not field.read_only]
    return entity_tag({name: instance.serializable_value(name) for name in writable})


if TYPE_CHECKING:

    class _View(UpdateModelMixin, GenericAPIView):
        pass
else:
    _View = object


class VersionedDetail(_View):
    """A mixin for a view of one object, before its DRF bases: sends `ETag` on GET, PUT and PATCH
    and checks `If-Match`. PUT and PATCH hold the row for one transaction, so that the second of two
    at once sees what the first wrote. A view's own `get_queryset` starts from
    `super().get_queryset()`."""

    instance: Any  # and below: of the view's own model

    locks_row = True  # False: the write takes its own locks and checks again under them
    is_write = False  # not the method: OPTIONS also fetches the object as PUT does

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        # Only the row itself: joined rows may be null, which cannot be locked.
        locked = self.is_write and self.locks_row
        return rows.select_for_update(of=("self",)) if locked else rows

    def get_object(self) -> Any:
        self.instance = super().get_object()
        if self.is_write or self.request.method == "DELETE":
            self.check_precondition(self.instance)
        return self.instance

    def check_precondition(self, instance: Any) -> None:
        """Raises ChangedMeanwhile where If-Match names another state than the instance's."""
        check_precondition(
            self.request, self.etag(instance), lambda: self.get_serializer(instance).data
        )

    def etag(self, instance: Any) -> str:
        """The ETag of the row's writable fields, with its quotes."""
        return etag_of(instance, cast(Serializer, self.get_serializer()))

    @transaction.atomic
    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        self.is_write = True
        return super().update(request, *args, **kwargs)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        if hasattr(self, "instance") and response.status_code == 200 and self._shows_one_object():
            response["ETag"] = self.etag(self.instance)
        return response

    def _shows_one_object(self) -> bool:
        return self.is_write or getattr(self, "action", "retrieve") == "retrieve"
