"""Comparisons in the API: of a patient, and one by one."""

from collections.abc import Callable
from typing import Any, cast

from django.db import transaction
from django.http import Http404
from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_view
from drf_standardized_errors.openapi_validation_errors import extend_validation_errors
from rest_framework import generics, mixins, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from accounts.error_serializers import ErrorsSerializer
from accounts.requests import AuthenticatedAPIRequest
from core.pagination import INVALID
from core.preconditions import IF_MATCH, VersionedDetail, etag_of
from core.throttling import ScopedRate
from imaging.geometry import Refused

from .comparing import services
from .comparing.proposing import propose_alignment
from .models import Comparison, ConsultationImage, Patient
from .models.comparison import ComparisonQuerySet
from .pagination import ComparisonPages
from .permissions import DoctorsOnly, DoctorsWrite
from .serializers.alignment import AlignSerializer, ProposedAlignmentSerializer
from .serializers.comparisons import ComparisonSerializer

# Those of each pane are reported for the list.
PANE_CODES = ["duplicate", "required", "null", "not_a_list", "empty", "min_length", "max_length"]
PANE_CODES += ["invalid", "does_not_exist", "incorrect_type"]
PANE_CODES += ["min_value", "max_value", "max_string_length", "overflow"]


def documents_codes(action: str) -> Callable[[type], type]:
    """A decorator that adds to the schema of a write what its generator does not know."""

    def decorate(view: type) -> type:
        for number in ("x", "y", "zoom", "angle"):
            view = extend_validation_errors(["overflow"], f"view.{number}", actions=[action])(view)
        return extend_validation_errors(PANE_CODES, "panes", actions=[action])(view)

    return decorate


@documents_codes("create")
@extend_validation_errors([INVALID], "cursor", actions=["list"])
@extend_schema_view(
    create=extend_schema(responses={201: ComparisonSerializer, 409: ErrorsSerializer})
)
class PatientComparisonViewSet(mixins.ListModelMixin, GenericViewSet):
    """Comparisons that were kept of one patient's pictures, the latest first."""

    request: AuthenticatedAPIRequest
    queryset = Comparison.objects.none()
    serializer_class = ComparisonSerializer
    pagination_class = ComparisonPages
    permission_classes = [IsAuthenticated, DoctorsWrite]
    filter_backends: list[Any] = []

    def _patient(self) -> Patient:
        """404 where the user may not see the patient, 403 where they write and may not."""
        patients = Patient.objects.visible_to(self.request.user)
        patient = patients.filter(pk=self.kwargs["patient"]).first()
        if patient is None:
            raise Http404
        self.check_object_permissions(self.request, patient)
        return patient

    def get_queryset(self) -> ComparisonQuerySet:
        rows = Comparison.objects.visible_to(self.request.user)
        return rows.with_panes(self.request.user).order_by("-created_at", "-pk")

    def filter_queryset(self, queryset: Any) -> Any:
        return queryset.filter(patient=self._patient())

    def create(self, request: AuthenticatedAPIRequest, patient: int) -> Response:
        owner = self._patient()
        context = {**self.get_serializer_context(), "patient": owner}
        serializer = ComparisonSerializer(data=request.data, context=context)
        serializer.is_valid(raise_exception=True)
        made = services.create_comparison(
            patient=owner, user=request.user, **serializer.validated_data
        )
        kept = self.get_queryset().get(pk=made.pk)
        written = ComparisonSerializer(kept, context=context)
        headers = {"ETag": etag_of(kept, written)}
        return Response(written.data, status=status.HTTP_201_CREATED, headers=headers)


@documents_codes("partial_update")
@extend_schema_view(
    partial_update=extend_schema(
        parameters=[IF_MATCH],
        responses={200: ComparisonSerializer, 409: ErrorsSerializer, 412: ErrorsSerializer},
        description="`panes` replace all former ones, those that lost their picture among them.",
    ),
    destroy=extend_schema(parameters=[IF_MATCH], responses={204: None, 412: ErrorsSerializer}),
)
class ComparisonViewSet(
    VersionedDetail,
    mixins.RetrieveModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    GenericViewSet,
):
    """One comparison: its doctor can change it, its patient can see it."""

    request: AuthenticatedAPIRequest
    queryset = Comparison.objects.all()
    serializer_class = ComparisonSerializer
    permission_classes = [IsAuthenticated, DoctorsWrite]
    http_method_names = ["get", "patch", "delete", "head", "options"]
    lookup_value_converter = "int"

    def get_queryset(self) -> ComparisonQuerySet:
        rows: ComparisonQuerySet = super().get_queryset()
        return rows.visible_to(self.request.user).with_panes(self.request.user)

    def get_serializer_context(self) -> dict[str, Any]:
        comparison = getattr(self, "instance", None)
        return {
            **super().get_serializer_context(),
            "patient": comparison and comparison.patient,
        }

    @transaction.atomic
    def perform_update(self, serializer: BaseSerializer) -> None:
        comparison = cast(Comparison, serializer.instance)
        services.change_comparison(comparison, user=self.request.user, **serializer.validated_data)
        rows = Comparison.objects.with_panes(self.request.user)
        serializer.instance = self.instance = rows.get(pk=comparison.pk)

    @transaction.atomic
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().destroy(request, *args, **kwargs)

    def perform_destroy(self, comparison: Comparison) -> None:
        services.delete_comparison(comparison)


@extend_validation_errors(["other_patient"], "second", methods=["post"])
class ProposeAlignment(generics.GenericAPIView):
    """How two pictures of one patient lie to each other, as the machine sees it."""

    request: AuthenticatedAPIRequest
    queryset = ConsultationImage.objects.none()
    serializer_class = AlignSerializer
    permission_classes = [IsAuthenticated, DoctorsOnly]
    throttle_scope = "uploads"  # a picture that is looked at costs as much as one that comes in
    throttle_classes = [ScopedRate]

    @extend_schema(
        operation_id="comparisons_alignment_propose",
        responses={200: ProposedAlignmentSerializer, 503: ErrorsSerializer},
    )
    def post(self, request: AuthenticatedAPIRequest) -> Response:
        """Nothing is stored. Where the machine does not believe in any, `refused` says why."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        try:
            found = propose_alignment(**serializer.validated_data)
        except Refused as refusal:
            return Response(ProposedAlignmentSerializer.refusal(refusal))
        lying = found.transform
        transform = {"a": lying.a, "b": lying.b, "x": lying.dx, "y": lying.dy}
        told = {"transform": transform, "basis": found.basis, "belief": found.belief}
        return Response(ProposedAlignmentSerializer.proposed(**told))


urlpatterns = [
    path("comparisons/alignment", ProposeAlignment.as_view(), name="api-alignment"),
    path(
        "patients/<int:patient>/comparisons",
        # `detail`: whether one may write is the patient's to say (DoctorsWrite).
        PatientComparisonViewSet.as_view({"get": "list", "post": "create"}, detail=True),
        name="api-patient-comparisons",
    ),
]
