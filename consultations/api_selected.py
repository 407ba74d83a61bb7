"""What the API does with several images of consultations at once."""

from typing import Any

from django.conf import settings
from django.http import Http404, StreamingHttpResponse
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from drf_standardized_errors.openapi_validation_errors import extend_validation_errors
from rest_framework import generics, serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from accounts.error_serializers import ErrorsSerializer
from accounts.requests import AuthenticatedAPIRequest

from . import bin
from .archive import zip_response
from .lesions import LESION_CODES
from .models import Consultation, ConsultationImage
from .models.image import ConsultationImageQuerySet
from .moving import move_images
from .permissions import DoctorsOnly
from .serializers.selected import EditImagesSerializer, ImageKeysSerializer, MoveImagesSerializer
from .services import edit_images

# Codes of the list and of its entries, which are reported for the list.
KEY_CODES = ["required", "null", "not_a_list", "empty", "max_length", "invalid"]
KEY_CODES += ["min_value", "max_value", "max_string_length"]
_ZIP = {(200, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY, "originals, manifest")}


def _count(name: str) -> serializers.Serializer:
    """The schema of {name: integer}."""
    return inline_serializer(f"{name.title()}Images", {name: serializers.IntegerField()})


class _Selected(generics.GenericAPIView):
    request: AuthenticatedAPIRequest
    queryset = ConsultationImage.objects.none()
    serializer_class: type[BaseSerializer] | None = ImageKeysSerializer

    def read(self) -> dict[str, Any]:
        """The valid body."""
        serializer = self.get_serializer(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)


@extend_validation_errors(KEY_CODES, "ids", methods=["delete"])
@extend_validation_errors(KEY_CODES, "ids", methods=["patch"])
@extend_validation_errors(LESION_CODES, "lesion", methods=["patch"])
@extend_validation_errors(["lesion_on_other_side"], "laterality", methods=["patch"])
class Images(_Selected):
    """Several images of the doctor's own consultations. Keys of others' are ignored."""

    permission_classes = [IsAuthenticated, DoctorsOnly]

    def get_serializer_class(self) -> type[BaseSerializer]:
        method = getattr(self.request, "method", "")
        return EditImagesSerializer if method == "PATCH" else ImageKeysSerializer

    def _editable(self, keys: list[int]) -> ConsultationImageQuerySet:
        return ConsultationImage.objects.editable_by(self.request.user).filter(pk__in=keys)

    @extend_schema(
        operation_id="consultations_images_change_several",
        responses={200: _count("changed")},
        description="A new site that the body has once takes the side away. With a lesion, all are"
        " changed or none.",
    )
    def patch(self, request: AuthenticatedAPIRequest) -> Response:
        fields = self.read()
        images = self._editable(fields.pop("ids"))
        return Response({"changed": edit_images(images, user=request.user, **fields)})

    @extend_schema(
        operation_id="consultations_images_delete_several",
        request=ImageKeysSerializer,
        responses={200: _count("deleted")},
        description=f"Into the bin, from which they can be restored for {settings.BIN_DAYS} days.",
    )
    def delete(self, request: AuthenticatedAPIRequest) -> Response:
        images = self._editable(self.read()["ids"])
        return Response({"deleted": len(bin.put_away_images(images))})


@extend_validation_errors(KEY_CODES, "ids", methods=["post"])
class Restore(_Selected):
    permission_classes = [IsAuthenticated, DoctorsOnly]

    @extend_schema(
        operation_id="consultations_images_restore_several",
        responses={200: _count("restored"), 409: ErrorsSerializer},
    )
    def post(self, request: AuthenticatedAPIRequest) -> Response:
        """Restore images from the bin, all or none: 409 `same_file_there` where one was uploaded
        again meanwhile."""
        binned = ConsultationImage.all_rows.in_bin_of(request.user)
        restored = bin.restore_images(binned.filter(pk__in=self.read()["ids"]))
        return Response({"restored": len(restored)})


@extend_validation_errors(KEY_CODES, "ids", methods=["post"])
class Move(_Selected):
    serializer_class = MoveImagesSerializer
    permission_classes = [IsAuthenticated, DoctorsOnly]

    @extend_schema(responses={200: _count("moved"), 404: ErrorsSerializer, 409: ErrorsSerializer})
    def post(self, request: AuthenticatedAPIRequest) -> Response:
        """Move images to another of the doctor's consultations, all or none; what is there already
        is not counted. Files, dates and metadata stay. 409 `same_file_there` where the file is
        there already, `before_birth` where a day set by hand is before that patient's birth."""
        fields = self.read()
        try:
            former = move_images(fields["ids"], to=fields["consultation"].pk, user=request.user)
        except (ConsultationImage.DoesNotExist, Consultation.DoesNotExist) as gone:
            raise Http404 from gone
        return Response({"moved": sum(map(len, former.values()))})


@extend_validation_errors(KEY_CODES, "ids", methods=["post"])
class Download(_Selected):
    @extend_schema(request=ImageKeysSerializer, responses=_ZIP)
    def post(self, request: AuthenticatedAPIRequest) -> StreamingHttpResponse:
        """Originals as a streamed ZIP, with a `manifest.csv`, for whoever may see them."""
        visible = ConsultationImage.objects.visible_to(request.user)
        return zip_response(visible.filter(pk__in=self.read()["ids"]), request)


urlpatterns = [
    path("consultations/images", Images.as_view(), name="api-images"),
    path("consultations/images/move", Move.as_view(), name="api-images-move"),
    path("consultations/images/download", Download.as_view(), name="api-images-download"),
    path("consultations/images/bin/restore", Restore.as_view(), name="api-images-restore"),
]
