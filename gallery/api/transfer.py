from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from drf_spectacular.utils import extend_schema
from drf_standardized_errors.openapi_validation_errors import extend_validation_errors
from rest_framework import generics, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from accounts.error_serializers import ErrorsSerializer
from accounts.requests import AuthenticatedAPIRequest
from consultations.models import Consultation, ConsultationImage
from consultations.permissions import DoctorsOnly
from consultations.serializers import ImageSerializer
from core.idempotency import IDEMPOTENCY_KEY, idempotency_key
from core.throttling import ScopedRate
from imaging.errors import FILE_CODES

from ..models import UserImage
from ..models.images import UserImageQuerySet
from ..services import transfer
from .images import OwnImages
from .serializers import AttachSerializer, UserImageSerializer


@extend_validation_errors([*FILE_CODES], "file", methods=["post"])
class FromConsultation(OwnImages):
    queryset = UserImage.objects.none()
    throttle_classes = [ScopedRate]
    throttle_scope = "uploads"

    @extend_schema(request=None, responses={202: UserImageSerializer, 403: ErrorsSerializer})
    def post(self, request: AuthenticatedAPIRequest, pk: int) -> Response:
        """Copy a consultation's photograph into the user's own gallery, where a worker removes its
        background. The consultation is not changed. Repeated, it returns the same image."""
        image = get_object_or_404(ConsultationImage.objects.visible_to(request.user), pk=pk)
        copy, _created = transfer.copy_from_consultation(image=image, user=request.user)
        url = reverse("api-userimage-detail", args=[copy.pk])
        return Response(
            self.representation(copy),
            status=status.HTTP_202_ACCEPTED,
            headers={"Location": request.build_absolute_uri(url)},
        )


@extend_validation_errors([*FILE_CODES], "file", methods=["post"])
@extend_validation_errors(["only_with_dermoscopy"], "dermoscopic_type", methods=["post"])
@extend_validation_errors(["invalid_date"], "captured_on", methods=["post"])
class Attach(generics.GenericAPIView):
    request: AuthenticatedAPIRequest
    queryset = UserImage.objects.none()
    serializer_class = AttachSerializer
    permission_classes = [IsAuthenticated, DoctorsOnly]
    throttle_classes = [ScopedRate]
    throttle_scope = "uploads"

    def get_queryset(self) -> UserImageQuerySet:
        return UserImage.objects.visible_to(self.request.user)

    @extend_schema(
        request=AttachSerializer,
        responses={201: ImageSerializer, 409: ErrorsSerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: AuthenticatedAPIRequest, pk: UUID) -> Response:
        """Copy a gallery image's original into one of the user's consultations."""
        image = self.get_object()
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        try:
            attached, _created = transfer.attach_to_consultation(
                image=image,
                user=request.user,
                idempotency_key=idempotency_key(request),
                **serializer.validated_data,
            )
        except Consultation.DoesNotExist as gone:
            raise Http404 from gone
        representation = ImageSerializer(attached, context=self.get_serializer_context())
        return Response(representation.data, status=status.HTTP_201_CREATED)


urlpatterns = [
    path(
        "consultations/images/<int:pk>/remove-background",
        FromConsultation.as_view(),
        name="api-image-remove-background",
    ),
    path("images/<uuid:pk>/attach", Attach.as_view(), name="api-userimage-attach"),
]
