"""The doctor's bin in the API."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from drf_standardized_errors.openapi_validation_errors import extend_validation_errors
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.error_serializers import ErrorsSerializer
from accounts.requests import AuthenticatedAPIRequest
from audit.trail import Action, record
from core.pagination import INVALID

from . import bin
from .models import ConsultationImage
from .models.image import ConsultationImageQuerySet
from .pagination import BinPages
from .permissions import DoctorsOnly
from .serializers import BinnedImageSerializer, ImageSerializer


@extend_validation_errors([INVALID], "cursor", actions=["list"])
class BinViewSet(mixins.ListModelMixin, mixins.DestroyModelMixin, GenericViewSet):
    """Deleted images of the doctor's own consultations, the last deleted first."""

    request: AuthenticatedAPIRequest
    queryset = ConsultationImage.objects.none()
    serializer_class = BinnedImageSerializer
    pagination_class = BinPages
    permission_classes = [IsAuthenticated, DoctorsOnly]
    filter_backends: list[Any] = []
    http_method_names = ["get", "post", "delete", "head", "options"]
    lookup_value_converter = "int"

    def get_queryset(self) -> ConsultationImageQuerySet:
        return ConsultationImage.all_rows.in_bin_of(self.request.user)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response = super().list(request, *args, **kwargs)
        visits = sorted({image["consultation_id"] for image in response.data["images"]})
        shown = len(response.data["images"])
        record(
            Action.LISTED, self.request.user, images=shown, consultations=visits, bin=True, api=True
        )
        return response

    @extend_schema(request=None, responses={200: ImageSerializer, 409: ErrorsSerializer})
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: int | None = None) -> Response:
        """Bring it back into its consultation. 409 `same_file_there` where the same file was
        uploaded to it again meanwhile."""
        image = self.get_object()
        if not bin.restore_images(self.get_queryset().filter(pk=image.pk)):
            raise Http404  # its time has run out, or it is back already
        image = ConsultationImage.objects.filter(pk=image.pk).first()
        if image is None:
            raise Http404  # deleted again
        return Response(ImageSerializer(image, context=self.get_serializer_context()).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete it for good, its original and all that was made of it."""
        return super().destroy(request, *args, **kwargs)

    def perform_destroy(self, image: ConsultationImage) -> None:
        if not bin.erase_images(self.get_queryset().filter(pk=image.pk)):
            raise Http404  # restored since it was fetched
