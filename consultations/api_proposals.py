"""What the machine proposes to measure by, in the API. Nothing is stored; where it believes in
nothing, the answer says so."""

from collections.abc import Callable, Mapping
from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_view
from drf_standardized_errors.openapi_validation_errors import extend_validation_errors
from rest_framework.response import Response
from rest_framework.serializers import Serializer

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
    """A subclass says what is asked (`serializer_class`), what is answered (`answer_class`), which
    `part` of the image is looked at, and proposes."""

    answer_class: type[ProposalSerializer]
    part: str
    throttle_scope = "uploads"  # a picture that is looked at costs as much as one that comes in
    throttle_classes = [ScopedRate]

    def propose(self, image: ConsultationImage, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """The parts of the answer. May raise Refused, and what the request is to blame for."""
        raise NotImplementedError

    def post(self, request: AuthenticatedAPIRequest, pk: int) -> Response:
        image, asked = self.get_object(), self.read()
        try:
            told = self.answer_class.proposed(**self.propose(image, asked))
        except Refused as refusal:
            told = self.answer_class.refusal(refusal)
        record(Action.VIEWED, image, part=self.part, api=True)
        return Response(told)


def _documented(name: str, description: str, **more: Any) -> Callable[[type], type]:
    """A decorator that adds the operation to the schema."""

    def decorate(view: Any) -> Any:
        answers = {200: view.answer_class, 503: ErrorsSerializer}
        operation = extend_schema(
            operation_id=f"consultations_images_{name}",
            description=description,
            responses=answers,
            **more,
        )
        return extend_schema_view(post=operation)(view)

    return decorate


@_documented(
    "scale_ticks",
    "Propose a scale by the marks along a line; whoever accepts it sends `scale` to the image's"
    " scale. `refused` where no even marks are found (`no_ticks`, …).",
)
@extend_validation_errors(["scale_too_short", *CODES], "points", methods=["post"])
class ImageTicks(_Proposal):
    """The marks of a ruler in an image, found by the machine."""

    serializer_class, answer_class, part = LineSerializer, ProposedScaleSerializer, "scale"

    def propose(self, image: ConsultationImage, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        found = propose_scale(image, asked["points"])
        accepted = {
            "method": Method.TICKS,
            "points": found.points,
            "millimetres": found.millimetres,
            "pointing": found.pointing,
        }
        return {"ticks": found.ticks, "scale": accepted}


@_documented(
    "scale_field",
    "Propose a scale by the device's field of view; whoever accepts it sends `scale` to the image's"
    " scale. `refused` where no round field is seen (`no_field`, …).",
)
class ImageField(_Proposal):
    """The round field of view of a dermatoscope in an image, found by the machine."""

    serializer_class, answer_class, part = WhichDeviceSerializer, ProposedFieldSerializer, "scale"

    def propose(self, image: ConsultationImage, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        found = propose_field(image, asked["device"])
        accepted = {
            "method": Method.FIELD,
            "points": found.points,
            "device": found.device.pk,
            "pointing": found.pointing,
        }
        return {"circle": found.circle, "scale": accepted}


@_documented(
    "measurements_outline",
    "Propose an outline; a person alters it and sends it to the image's measurements. `refused`"
    " where no lesion stands out (`no_outline`, …).",
    request=None,
)
class ImageOutline(_Proposal):
    """The outline of the lesion in an image, found by the machine."""

    serializer_class, answer_class, part = Serializer, ProposedOutlineSerializer, "measurements"

    def read(self) -> dict[str, Any]:
        return {}  # whatever is sent, nothing is asked

    def propose(self, image: ConsultationImage, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        found = propose_outline(image)
        drawn = {"kind": Kind.POLYGON, "points": found.points, "pointing": found.pointing}
        return {"outline": drawn, "belief": found.belief}


_IMAGE = "consultations/images/<int:pk>"
urlpatterns = [
    path(f"{_IMAGE}/scale/ticks", ImageTicks.as_view(), name="api-image-ticks"),
    path(f"{_IMAGE}/scale/field", ImageField.as_view(), name="api-image-field"),
    path(f"{_IMAGE}/measurements/outline", ImageOutline.as_view(), name="api-image-outline"),
]
