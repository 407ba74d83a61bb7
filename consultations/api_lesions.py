"""A patient's lesions in the API."""

from collections.abc import Mapping
from typing import Any, cast

from django.db.models import QuerySet
from django.http import Http404
from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_view
from drf_standardized_errors.openapi_validation_errors import extend_validation_errors
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from accounts.error_serializers import ErrorsSerializer
from accounts.requests import AuthenticatedAPIRequest
from audit.trail import Action, record
from core.pagination import INVALID, ImagePages
from core.preconditions import IF_MATCH, VersionedDetail

from . import lesions
from .models import ConsultationImage, Lesion, Patient
from .models.lesion import LesionQuerySet
from .pagination import LesionPages
from .permissions import DoctorsWrite
from .serializers import ImageSerializer, LesionDetailSerializer, LesionSerializer

POINT_CODES = ["incomplete_point", "point_on_other_side"]
_CHANGE = {200: LesionDetailSerializer, 412: ErrorsSerializer}


def _with_notes(context: Mapping[str, Any], patient: Patient | int) -> dict[str, Any]:
    """The serializer's context, in which `notes` says whether the caller reads them."""
    editable = Patient.objects.editable_by(context["request"].user)
    key = patient if isinstance(patient, int) else patient.pk
    return {**context, "notes": editable.filter(pk=key).exists()}


class _OfPatient(GenericViewSet):
    """What both views of lesions share."""

    request: AuthenticatedAPIRequest
    serializer_class: type[BaseSerializer] = LesionSerializer
    permission_classes = [IsAuthenticated, DoctorsWrite]
    filter_backends: list[Any] = []
    lookup_value_converter = "int"


@extend_validation_errors([INVALID], "cursor", actions=["list"])
@extend_validation_errors(["invalid_date"], "first_seen", actions=["create"])
@extend_validation_errors(["invalid_date"], "next_review", actions=["create"])
@extend_validation_errors(POINT_CODES, "map_view", actions=["create"])
@extend_validation_errors(["overflow"], "map_x", actions=["create"])
@extend_validation_errors(["overflow"], "map_y", actions=["create"])
@extend_validation_errors(["unique"], "label", actions=["create"])
class PatientLesions(_OfPatient):
    """The lesions of one patient: who may edit the record adds them, its patient can read them."""

    queryset = Patient.objects.none()
    pagination_class = LesionPages

    def get_queryset(self) -> QuerySet[Any]:
        return Patient.objects.visible_to(self.request.user)

    @extend_schema(operation_id="patients_lesions_list", responses=LesionSerializer(many=True))
    def list(self, request: AuthenticatedAPIRequest, pk: int) -> Response:
        """In the order in which they were added."""
        patient = self.get_object()
        rows = Lesion.objects.filter(patient=patient).with_images_count(request.user)
        page = self.paginate_queryset(rows.order_by("pk"))
        context = _with_notes(self.get_serializer_context(), patient)
        data = LesionSerializer(page, many=True, context=context).data
        return self.get_paginated_response(data)

    @extend_schema(operation_id="patients_lesions_create", responses={201: LesionSerializer})
    def create(self, request: AuthenticatedAPIRequest, pk: int) -> Response:
        """Without a label it gets the next of L1, L2 …"""
        patient = self.get_object()
        context = {**self.get_serializer_context(), "patient": patient, "notes": True}
        serializer = LesionSerializer(data=request.data, context=context)
        serializer.is_valid(raise_exception=True)
        lesion = lesions.create_lesion(patient=patient, **serializer.validated_data)
        answer = LesionSerializer(lesion, context=context).data
        return Response(answer, status=status.HTTP_201_CREATED)


@extend_validation_errors([INVALID], "cursor", actions=["images"])
@extend_validation_errors(["invalid_date"], "first_seen", actions=["partial_update"])
@extend_validation_errors(["invalid_date"], "next_review", actions=["partial_update"])
@extend_validation_errors(POINT_CODES, "map_view", actions=["partial_update"])
@extend_validation_errors(["overflow"], "map_x", actions=["partial_update"])
@extend_validation_errors(["overflow"], "map_y", actions=["partial_update"])
@extend_validation_errors(["unique"], "label", actions=["partial_update"])
@extend_validation_errors(["images_on_other_side"], "laterality", actions=["partial_update"])
@extend_schema_view(partial_update=extend_schema(parameters=[IF_MATCH], responses=_CHANGE))
class LesionViewSet(
    VersionedDetail,
    mixins.RetrieveModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    _OfPatient,
):
    """One lesion: who may edit its patient's record can change it, its patient can see it."""

    queryset = Lesion.objects.all()
    serializer_class = LesionDetailSerializer
    pagination_class = ImagePages
    http_method_names = ["get", "patch", "delete", "head", "options"]

    def get_queryset(self) -> LesionQuerySet:
        rows: LesionQuerySet = super().get_queryset()
        return rows.visible_to(self.request.user).with_images_count(self.request.user)

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        if args and isinstance(args[0], Lesion):
            context = self.get_serializer_context()
            kwargs["context"] = _with_notes(context, args[0].patient_id)
        return super().get_serializer(*args, **kwargs)

    def perform_update(self, serializer: BaseSerializer) -> None:
        lesion, user = cast(Lesion, serializer.instance), self.request.user
        lesions.update_lesion(lesion, user=user, **serializer.validated_data)

    @extend_schema(
        parameters=[IF_MATCH],
        responses={204: None, 412: ErrorsSerializer},
        description="For good. Its images stay, without a lesion.",
    )
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().destroy(request, *args, **kwargs)

    def perform_destroy(self, lesion: Lesion) -> None:
        # If-Match was checked against this state; it must still hold under the lock.
        as_of = lesion.updated_at if "If-Match" in self.request.headers else None
        try:
            lesions.delete_lesion(lesion, as_of=as_of)
        except Lesion.DoesNotExist as gone:
            raise Http404 from gone
        except lesions.StaleLesion:
            self.perform_destroy(self.get_object())  # checks If-Match again

    @extend_schema(responses=ImageSerializer(many=True), description="The latest added first.")
    @action(detail=True)
    def images(self, request: AuthenticatedAPIRequest, pk: int | None = None) -> Response:
        lesion = self.get_object()
        visible = ConsultationImage.objects.visible_to(request.user).filter(lesion=lesion)
        page = self.paginate_queryset(visible.order_by("-created_at", "-pk")) or []
        # Told as a list of the patient's, which "who saw this image" reads.
        record(Action.LISTED, lesion.patient, images=len(page), lesion=lesion.pk, api=True)
        data = ImageSerializer(page, many=True, context=self.get_serializer_context()).data
        return self.get_paginated_response(data)


urlpatterns = [
    path(
        "patients/<int:pk>/lesions",
        PatientLesions.as_view({"get": "list", "post": "create"}, detail=True),
        name="api-patient-lesions",
    ),
]
