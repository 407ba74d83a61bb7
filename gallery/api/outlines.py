from typing import Any
from uuid import UUID

from django.db import transaction
from django.urls import path
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from drf_standardized_errors.openapi_validation_errors import extend_validation_errors
from rest_framework import serializers, status
from rest_framework.response import Response

from accounts.error_serializers import ErrorsSerializer
from accounts.requests import AuthenticatedAPIRequest
from core.preconditions import IF_MATCH, VersionedDetail
from imaging.background import Rings

from ..models import UserImage
from ..models.outlines import outline_tag
from ..services import correction
from .images import OwnImages

_REFUSED = {409: ErrorsSerializer, 412: ErrorsSerializer}


_COORDINATE = {"type": "integer", "minimum": 0}
_POINT = {"type": "array", "items": _COORDINATE, "minItems": 2, "maxItems": 2}
_RING = {"type": "array", "items": _POINT, "maxItems": correction.MAX_POINTS}


@extend_schema_field({"type": "array", "items": _RING, "maxItems": correction.MAX_RINGS})
class OutlineField(serializers.Field):
    """A list of lists of pairs of integers; a fault anywhere in it is reported for all of it."""

    default_error_messages = {
        "invalid": _("An outline is a list of lines, each a list of [x, y] in whole pixels.")
    }

    def to_internal_value(self, data: Any) -> Rings:
        valid = isinstance(data, list) and all(
            isinstance(ring, list)
            and all(
                isinstance(point, list)
                and len(point) == 2
                and all(type(value) is int for value in point)
                for point in ring
            )
            for ring in data
        )
        if not valid:
            self.fail("invalid")
        rings: Rings = data
        return rings

    def to_representation(self, value: Rings) -> Rings:
        return value


class OutlineSerializer(serializers.Serializer):
    """The outline of a cut-out: closed lines of `[x, y]`, pixels of the upright original. A line
    inside another is a hole."""

    outline = OutlineField(
        help_text=f"{correction.MAX_POINTS} points at most, all lines together; no line crosses"
        " itself or another."
    )
    width = serializers.IntegerField(read_only=True)
    height = serializers.IntegerField(read_only=True)
    by_hand = serializers.BooleanField(
        read_only=True, help_text="Whether the cut-out follows an outline that a person corrected."
    )

    def to_representation(self, image: UserImage) -> dict[str, Any]:
        return {
            "outline": correction.read_outline(image),
            "width": image.width,
            "height": image.height,
            "by_hand": image.quality == image.Quality.BY_HAND,
        }


@extend_validation_errors(
    ["required", "null", "invalid", *correction.REFUSALS], "outline", methods=["put"]
)
class ImageOutline(VersionedDetail, OwnImages):
    """The outline along which an image of the user was cut out, and its correction."""

    queryset = UserImage.objects.none()
    serializer_class = OutlineSerializer

    def etag(self, image: Any) -> str:
        return outline_tag(image)

    @extend_schema(responses={200: OutlineSerializer, 409: ErrorsSerializer})
    def get(self, request: AuthenticatedAPIRequest, pk: UUID) -> Response:
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(parameters=[IF_MATCH], responses={202: OutlineSerializer} | _REFUSED)
    def put(self, request: AuthenticatedAPIRequest, pk: UUID) -> Response:
        """Cut the image out along this outline. A worker does it; meanwhile the former cut-out is
        shown. The engine's is kept, and DELETE goes back to it."""
        with transaction.atomic():
            self.is_write = True
            image = self.get_object()
            serializer = self.get_serializer(data=request.data)
            serializer.is_valid(raise_exception=True)
            correction.correct_outline(image, serializer.validated_data["outline"])
        data = self.get_serializer(image).data
        headers = {"ETag": self.etag(image)}
        return Response(data, status=status.HTTP_202_ACCEPTED, headers=headers)

    @extend_schema(parameters=[IF_MATCH], responses={204: None} | _REFUSED)
    def delete(self, request: AuthenticatedAPIRequest, pk: UUID) -> Response:
        """Go back to the engine's own outline and cut-out, at once."""
        with transaction.atomic():
            self.is_write = True
            correction.restore_machine(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


urlpatterns = [
    path("images/<uuid:pk>/outline", ImageOutline.as_view(), name="api-userimage-outline")
]
