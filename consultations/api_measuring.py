"""Scales and measurements in the API: for the doctor who may change the image."""

from typing import Any

from django.http import Http404
from django.urls import path
from drf_spectacular.utils import extend_schema
from drf_standardized_errors.openapi_validation_errors import extend_validation_errors
from rest_framework import generics, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response

from accounts.error_serializers import ErrorsSerializer
from accounts.requests import AuthenticatedAPIRequest
from audit.trail import Action, record
from core.preconditions import IF_MATCH, check_precondition

from .measuring.measurements import add_measurement, delete_measurement
from .measuring.points import CODES
from .measuring.scales import current_scale, remove_scale, set_scale
from .measuring.versions import measurement_etag, scale_etag
from .models import ConsultationImage, Device, Measurement, Scale
from .permissions import DoctorsOnly
from .serializers.measuring import (
    DeviceSerializer,
    MeasurementSerializer,
    MeasurementsSerializer,
    ScaleSerializer,
    ScalesSerializer,
    SetScaleSerializer,
)


class OfImage(generics.GenericAPIView):
    """Of an image that the user may change; any other is not found."""

    request: AuthenticatedAPIRequest
    queryset = ConsultationImage.objects.none()
    permission_classes = [IsAuthenticated, DoctorsOnly]
    filter_backends: list[Any] = []
    pagination_class = None

    def get_queryset(self) -> Any:
        return ConsultationImage.objects.editable_by(self.request.user)

    def read(self) -> dict[str, Any]:
        """The valid body."""
        serializer = self.get_serializer(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)


@extend_validation_errors(["scale_too_short", *CODES], "points", methods=["post"])
@extend_validation_errors(
    ["required", "implausible_scale", "overflow"], "millimetres", methods=["post"]
)
@extend_validation_errors(["overflow"], "pointing", methods=["post"])
@extend_validation_errors(["device_mismatch"], "device", methods=["post"])
class ImageScale(OfImage):
    """The scale of an image: how many millimetres a pixel is."""

    serializer_class = SetScaleSerializer

    @extend_schema(responses=ScalesSerializer, operation_id="consultations_images_scale_read")
    def get(self, request: AuthenticatedAPIRequest, pk: int) -> Response:
        """The current scale (null: none), with its `ETag`, those before it, and the devices to
        choose from."""
        image = self.get_object()
        scales = list(image.scales.select_related("device"))
        current = next((scale for scale in scales if scale.ended_at is None), None)
        shown = {
            "current": current,
            "former": [scale for scale in scales if scale.ended_at],
            "devices": Device.objects.filter(active=True),
        }
        record(Action.VIEWED, image, part="scale", api=True)
        return self._answer(ScalesSerializer(shown).data, current)

    @extend_schema(
        operation_id="consultations_images_scale_set",
        parameters=[IF_MATCH],
        responses={201: ScaleSerializer, 412: ErrorsSerializer},
    )
    def post(self, request: AuthenticatedAPIRequest, pk: int) -> Response:
        """Set it. The former one is kept as history, and what is measured in the image gets its
        millimetres anew."""
        image, body = self.get_object(), self.read()
        try:
            made = set_scale(image=image.pk, user=request.user, check=self._check, **body)
        except ConsultationImage.DoesNotExist as gone:
            raise Http404 from gone
        return self._answer(ScaleSerializer(made).data, made, status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="consultations_images_scale_remove",
        parameters=[IF_MATCH],
        responses={204: None, 409: ErrorsSerializer, 412: ErrorsSerializer},
    )
    def delete(self, request: AuthenticatedAPIRequest, pk: int) -> Response:
        """Remove it: what is measured is in pixels again. 409 `no_scale` where there is none."""
        try:
            remove_scale(image=self.get_object().pk, user=request.user, check=self._check)
        except ConsultationImage.DoesNotExist as gone:
            raise Http404 from gone
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _check(self, current: Scale | None) -> None:
        check_precondition(
            self.request,
            scale_etag(current),
            lambda: ScaleSerializer(current).data if current else None,
        )

    def _answer(self, data: Any, scale: Scale | None, code: int = 200) -> Response:
        return Response(data, status=code, headers={"ETag": scale_etag(scale)})


@extend_validation_errors([*CODES], "points", methods=["post"])
@extend_validation_errors(["overflow"], "pointing", methods=["post"])
class ImageMeasurements(OfImage):
    """What is measured in an image: lengths and areas, with their margins of error."""

    serializer_class = MeasurementSerializer

    @extend_schema(
        responses=MeasurementsSerializer, operation_id="consultations_images_measurements_list"
    )
    def get(self, request: AuthenticatedAPIRequest, pk: int) -> Response:
        """All of them, the earliest first, and the scale that their millimetres come from."""
        image = self.get_object()
        rows = Measurement.objects.filter(image=image).select_related("scale")
        record(Action.VIEWED, image, part="measurements", api=True)
        shown = {"scale": current_scale(image), "measurements": rows}
        return Response(MeasurementsSerializer(shown).data)

    @extend_schema(
        operation_id="consultations_images_measurements_create",
        responses={201: MeasurementSerializer, 409: ErrorsSerializer},
    )
    def post(self, request: AuthenticatedAPIRequest, pk: int) -> Response:
        """Measure: the value follows from the points and the image's scale. Without a scale it is
        in pixels, until there is one."""
        image, body = self.get_object(), self.read()
        try:
            made = add_measurement(image=image.pk, user=request.user, **body)
        except ConsultationImage.DoesNotExist as gone:
            raise Http404 from gone
        data = self.get_serializer(made).data
        headers = {"ETag": measurement_etag(made)}
        return Response(data, status=status.HTTP_201_CREATED, headers=headers)


class OneMeasurement(OfImage):
    """One measurement."""

    queryset = Measurement.objects.none()
    serializer_class = MeasurementSerializer

    def get_queryset(self) -> Any:
        rows = Measurement.objects.editable_by(self.request.user)
        return rows.select_related("scale", "image")

    @extend_schema(operation_id="measurements_retrieve")
    def get(self, request: AuthenticatedAPIRequest, pk: int) -> Response:
        row = self.get_object()
        record(Action.VIEWED, row.image, part="measurements", api=True)
        return Response(self.get_serializer(row).data, headers={"ETag": measurement_etag(row)})

    @extend_schema(
        operation_id="measurements_destroy",
        parameters=[IF_MATCH],
        responses={204: None, 412: ErrorsSerializer},
    )
    def delete(self, request: AuthenticatedAPIRequest, pk: int) -> Response:
        """It is kept as history, where the image's page shows it."""
        try:
            delete_measurement(measurement=self.get_object(), user=request.user, check=self._check)
        except (ConsultationImage.DoesNotExist, Measurement.DoesNotExist) as gone:
            raise Http404 from gone
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _check(self, row: Measurement) -> None:
        check_precondition(
            self.request, measurement_etag(row), lambda: self.get_serializer(row).data
        )


class Devices(generics.ListAPIView):
    """The practice's dermatoscopes that are in use, by name. The staff adds them in the admin."""

    queryset = Device.objects.filter(active=True)
    serializer_class = DeviceSerializer
    permission_classes = [IsAuthenticated, DoctorsOnly]
    filter_backends: list[Any] = []
    pagination_class = None


urlpatterns = [
    path("devices", Devices.as_view(), name="api-devices"),
    path("consultations/images/<int:pk>/scale", ImageScale.as_view(), name="api-image-scale"),
    path(
        "consultations/images/<int:pk>/measurements",
        ImageMeasurements.as_view(),
        name="api-image-measurements",
    ),
    path("measurements/<int:pk>", OneMeasurement.as_view(), name="api-measurement-detail"),
]
