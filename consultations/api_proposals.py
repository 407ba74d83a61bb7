"""What the machine proposes to measure by, in the API. Nothing is stored; where it believes in
nothing, the answer says so."""

from collections.abc import Callable, Mapping
from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from drf_standardized_errors.openapi_validation_errors import extend_validation_errors
from rest_framework.response import Response

from accounts.error_serializers import ErrorsSerializer
from accounts.requests import AuthenticatedAPIRequest
from audit.trail import Action, record
from core.throttling import ScopedRate
from imaging.geometry import Refused

from .api_measuring import OfImage
from .measuring.points import CODES
from .measuring.proposals import propose_field, propose_outline, propose_scale
from .models import ConsultationImage
from .models.measuring import Kind, Method
from .serializers.proposals import (
    LineSerializer,
    ProposalSerializer,
    ProposedFieldSerializer,
    ProposedOutlineSerializer,
    ProposedScaleSerializer,
    WhichDeviceSerializer,
)


class _Proposal(OfImage):
    """`answer_class` says what is proposed."""

    answer_class: type[ProposalSerializer]
    throttle_scope = "uploads"  # a picture that is looked at costs as much as one that comes in
    throttle_classes = [ScopedRate]

    def answer(
        self, image: ConsultationImage, part: str, propose: Callable[[], Mapping[str, Any]]
    ) -> Response:
        """What `propose` returns, or why it has Refused; the audit log learns that this `part` of
        the image was looked at."""
        try:
            told = self.answer_class.proposed(**propose())
        except Refused as refusal:
            told = self.answer_class.refusal(refusal)
        record(Action.VIEWED, image, part=part, api=True)
        return Response(told)


@extend_validation_errors(["scale_too_short", *CODES], "points", methods=["post"])
class ImageTicks(_Proposal):
    """The marks of a ruler in an image, found by the machine."""

    serializer_class, answer_class = LineSerializer, ProposedScaleSerializer

    @extend_schema(
        operation_id="consultations_images_scale_ticks",
        responses={200: ProposedScaleSerializer, 503: ErrorsSerializer},
    )
    def post(self, request: AuthenticatedAPIRequest, pk: int) -> Response:
        """Propose a scale by the marks along a line; whoever accepts it sends `scale` to the
        image's scale. `refused` where no even marks are found (`no_ticks`, …)."""
        image, points = self.get_object(), self.read()["points"]

        def propose() -> Mapping[str, Any]:
            found = propose_scale(image, points)
            accepted = {
                "method": Method.TICKS,
                "points": found.points,
                "millimetres": found.millimetres,
                "pointing": found.pointing,
            }
            return {"ticks": found.ticks, "scale": accepted}

        return self.answer(image, "scale", propose)


class ImageField(_Proposal):
    """The round field of view of a dermatoscope in an image, found by the machine."""

    serializer_class, answer_class = WhichDeviceSerializer, ProposedFieldSerializer

    @extend_schema(
        operation_id="consultations_images_scale_field",
        responses={200: ProposedFieldSerializer, 503: ErrorsSerializer},
    )
    def post(self, request: AuthenticatedAPIRequest, pk: int) -> Response:
        """Propose a scale by the device's field of view; whoever accepts it sends `scale` to the
        image's scale. `refused` where no round field is seen (`no_field`, …)."""
        image, device = self.get_object(), self.read()["device"]

        def propose() -> Mapping[str, Any]:
            found = propose_field(image, device)
            accepted = {
                "method": Method.FIELD,
                "points": found.points,
                "device": device.pk,
                "pointing": found.pointing,
            }
            return {"circle": found.circle, "scale": accepted}

        return self.answer(image, "scale", propose)


class ImageOutline(_Proposal):
    """The outline of the lesion in an image, found by the machine."""

    serializer_class = answer_class = ProposedOutlineSerializer

    @extend_schema(
        request=None,
        operation_id="consultations_images_measurements_outline",
        responses={200: ProposedOutlineSerializer, 503: ErrorsSerializer},
    )
    def post(self, request: AuthenticatedAPIRequest, pk: int) -> Response:
        """Propose an outline; a person alters it and sends it to the image's measurements.
        `refused` where no lesion stands out (`no_outline`, …)."""
        image = self.get_object()

        def propose() -> Mapping[str, Any]:
            found = propose_outline(image)
            drawn = {"kind": Kind.POLYGON, "points": found.points, "pointing": found.pointing}
            return {"outline": drawn, "belief": found.belief}

        return self.answer(image, "measurements", propose)


_IMAGE = "consultations/images/<int:pk>"
urlpatterns = [
    path(f"{_IMAGE}/scale/ticks", ImageTicks.as_view(), name="api-image-ticks"),
    path(f"{_IMAGE}/scale/field", ImageField.as_view(), name="api-image-field"),
    path(f"{_IMAGE}/measurements/outline", ImageOutline.as_view(), name="api-image-outline"),
]
