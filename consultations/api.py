from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.db import transaction
from django.http import Http404, StreamingHttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from drf_standardized_errors.openapi_validation_errors import extend_validation_errors
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.throttling import BaseThrottle
from rest_framework.viewsets import GenericViewSet

from accounts.error_serializers import ErrorsSerializer
from accounts.requests import AuthenticatedAPIRequest
from audit.reading import page, with_actors
from audit.serializers import EventSerializer, EventsSerializer
from audit.trail import Action, record
from core.idempotency import IDEMPOTENCY_KEY, idempotency_key
from core.pagination import INVALID
from core.preconditions import IF_MATCH, VersionedDetail
from core.throttling import ScopedRate
from imaging.errors import FILE_CODES

from . import access_history, archive, bin, services
from .filters import ConsultationFilter, ImageFilter
from .lesions import LESION_CODES
from .models import Consultation, ConsultationImage, Patient
from .models.consultation import ConsultationQuerySet
from .models.image import ConsultationImageQuerySet
from .models.patient import PatientQuerySet
from .pagination import ConsultationImagePages, ConsultationPages, PatientPages
from .permissions import DoctorsOnly, DoctorsWrite
from .records import change_record
from .serializers import (
    ConsultationSerializer,
    ImageSerializer,
    ImageUploadSerializer,
    PatientSerializer,
)


def documents_precondition(serializer: type[BaseSerializer]) -> Callable[[type], type]:
    """A decorator that adds If-Match and the 412 response to the schema of PATCH."""
    responses = {200: serializer, 412: ErrorsSerializer}
    return extend_schema_view(
        partial_update=extend_schema(parameters=[IF_MATCH], responses=responses)
    )


DELETE_SCHEMA = extend_schema(
    parameters=[IF_MATCH],
    responses={204: None, 412: ErrorsSerializer},
    description="Into the doctor's bin (`/consultations/images/bin`), from which it can be restored"
    f" for {settings.BIN_DAYS} days; then it is deleted for good. From now on it is 404 here and in"
    " no list, count or ZIP.",
)


class CreateListRetrieveUpdate(
    VersionedDetail,
    mixins.CreateModelMixin,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    mixins.UpdateModelMixin,
    GenericViewSet,
):
    request: AuthenticatedAPIRequest
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    lookup_value_converter = "int"

    def perform_update(self, serializer: BaseSerializer) -> None:
        change_record(serializer.instance, self.request.user, serializer.validated_data)


@extend_validation_errors(["invalid_date"], "birth_date", actions=["create", "partial_update"])
@extend_validation_errors([INVALID], "cursor", actions=["list"])
@documents_precondition(PatientSerializer)
class PatientViewSet(CreateListRetrieveUpdate):
    """A doctor's patients: those they created or have a consultation with."""

    queryset = Patient.objects.all()
    serializer_class = PatientSerializer
    pagination_class = PatientPages
    permission_classes = [IsAuthenticated, DoctorsOnly, DoctorsWrite]

    def get_queryset(self) -> PatientQuerySet:
        words = self.request.query_params.get("q", "")
        patients = cast(PatientQuerySet, super().get_queryset())
        return patients.visible_to(self.request.user).find(words)

    @transaction.atomic
    def perform_create(self, serializer: BaseSerializer) -> None:
        record(Action.CREATED, serializer.save(created_by=self.request.user))

    @extend_schema(parameters=[OpenApiParameter("q", str, description="Name or file number")])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)


@extend_validation_errors([*FILE_CODES], "file", actions=["images"], methods=["post"])
@extend_validation_errors(
    ["only_with_dermoscopy"], "dermoscopic_type", actions=["images"], methods=["post"]
)
@extend_validation_errors(["invalid_date"], "captured_on", actions=["images"], methods=["post"])
@extend_validation_errors(LESION_CODES, "lesion", actions=["images"], methods=["post"])
@extend_validation_errors(["immutable"], "patient", actions=["partial_update"])
@extend_validation_errors(["invalid_date"], "date", actions=["create", "partial_update"])
@extend_validation_errors([INVALID], "cursor", actions=["list", "images"], methods=["get"])
@documents_precondition(ConsultationSerializer)
class ConsultationViewSet(CreateListRetrieveUpdate):
    """A doctor's consultations; patients can read those about themselves."""

    queryset = Consultation.objects.all()
    serializer_class = ConsultationSerializer
    pagination_class = ConsultationPages
    permission_classes = [IsAuthenticated, DoctorsWrite]
    filterset_class = ConsultationFilter

    def get_queryset(self) -> ConsultationQuerySet:
        consultations = cast(ConsultationQuerySet, super().get_queryset())
        consultations = consultations.visible_to(self.request.user)
        if self.action in ("images", "download_all"):
            return consultations  # they show no count, and counting many images is slow
        return consultations.with_images_count().order_by("-date", "-pk")

    @transaction.atomic
    def perform_create(self, serializer: BaseSerializer) -> None:
        record(Action.CREATED, serializer.save(doctor=self.request.user))

    @extend_schema(
        methods=["GET"],
        responses=ImageSerializer(many=True),
        description="Primary first, then the latest added.",
        parameters=[
            OpenApiParameter(
                "incomplete",
                bool,
                description="Those whose type or body site nobody has said, or the rest.",
            )
        ],
    )
    @extend_schema(
        methods=["POST"],
        request=ImageUploadSerializer,
        responses={201: ImageSerializer, 409: ErrorsSerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    @action(
        detail=True,
        methods=["get", "post"],
        pagination_class=ConsultationImagePages,
        parser_classes=[MultiPartParser],
        filter_backends=[],
    )
    def images(self, request: AuthenticatedAPIRequest, pk: int | None = None) -> Response:
        consultation = self.get_object()
        if request.method == "POST":
            return self._add_image(request, consultation)
        images = ImageFilter(request.query_params, consultation.images.as_added()).qs
        page = self.paginate_queryset(images) or []
        record(Action.LISTED, consultation, images=len(page), api=True)
        data = ImageSerializer(page, many=True, context=self.get_serializer_context()).data
        return self.get_paginated_response(data)

    def get_throttles(self) -> list[BaseThrottle]:
        if self.action == "images" and self.request and self.request.method == "POST":
            self.throttle_scope = "uploads"
            return [ScopedRate()]
        return super().get_throttles()

    def _add_image(self, request: AuthenticatedAPIRequest, consultation: Consultation) -> Response:
        context = self.get_serializer_context()
        upload_context = {**context, "consultation": consultation}
        serializer = ImageUploadSerializer(data=request.data, context=upload_context)
        serializer.is_valid(raise_exception=True)
        fields = serializer.validated_data
        try:
            image, _created = services.add_image(
                consultation=consultation,
                user=request.user,
                upload=fields.pop("file", None),
                idempotency_key=idempotency_key(request),
                **fields,
            )
        except Consultation.DoesNotExist as gone:  # deleted during the upload
            raise Http404 from gone
        return Response(
            ImageSerializer(image, context=context).data, status=status.HTTP_201_CREATED
        )

    @extend_schema(
        responses={
            (200, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY, "originals, manifest")
        },
    )
    @action(detail=True, url_path="images/download-all", filter_backends=[])
    def download_all(
        self, request: AuthenticatedAPIRequest, pk: int | None = None
    ) -> StreamingHttpResponse:
        consultation = self.get_object()
        response = StreamingHttpResponse(
            archive.zip_originals(consultation.images.in_order(), request),
            content_type="application/zip",
        )
        record(Action.ZIPPED, consultation, images=consultation.images.count())
        name = f"consultation-{consultation.pk}-{consultation.date}.zip"
        response["Content-Disposition"] = content_disposition_header(True, name)
        return response


@extend_validation_errors(["only_with_dermoscopy"], "dermoscopic_type")
@extend_validation_errors(["invalid_date"], "captured_on")
@extend_validation_errors(LESION_CODES, "lesion")
@extend_validation_errors(["lesion_on_other_side"], "laterality")
@documents_precondition(ImageSerializer)
class ImageViewSet(
    VersionedDetail,
    mixins.RetrieveModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    GenericViewSet,
):
    """One image of a consultation: its doctor can change it, its patient can see it."""

    request: AuthenticatedAPIRequest
    locks_row = False  # the service locks the consultation first
    queryset = ConsultationImage.objects.none()
    serializer_class = ImageSerializer
    permission_classes = [IsAuthenticated, DoctorsWrite]
    http_method_names = ["get", "patch", "delete", "head", "options"]
    lookup_value_converter = "int"

    def get_queryset(self) -> ConsultationImageQuerySet:
        return ConsultationImage.objects.visible_to(self.request.user)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Audited as a view, because the URLs open the display and the original."""
        image = self.get_object()
        record(Action.VIEWED, image, api=True)
        return Response(self.get_serializer(image).data)

    @extend_schema(
        responses=EventsSerializer,
        parameters=[OpenApiParameter("before", int, description="From the previous page's `next`")],
    )
    @action(detail=True)
    def audit(self, request: Request, pk: int | None = None) -> Response:
        """Who saw, downloaded or changed this image, the latest first."""
        querysets = access_history.events_of(self.get_object(), self.request.user)
        events, next_cursor = page(querysets, request.query_params.get("before", ""))
        serializer = EventSerializer(
            with_actors(events), many=True, context=self.get_serializer_context()
        )
        next_url = request.build_absolute_uri(f"?before={next_cursor}") if next_cursor else None
        return Response({"events": serializer.data, "next": next_url})

    def perform_update(self, serializer: BaseSerializer) -> None:
        image = cast(ConsultationImage, serializer.instance)
        # If-Match was checked against this state; it must still hold under the lock.
        as_of = image.updated_at if "If-Match" in self.request.headers else None
        try:
            serializer.instance = self.instance = services.update_image(
                image, as_of=as_of, user=self.request.user, **serializer.validated_data
            )
        except ConsultationImage.DoesNotExist as gone:
            raise Http404 from gone
        except services.StaleImage:
            serializer.instance = self.get_object()  # checks If-Match again
            return self.perform_update(serializer)
        if not serializer.validated_data:  # nothing changed, but the response contains its URLs
            record(Action.VIEWED, serializer.instance, api=True)

    @DELETE_SCHEMA
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().destroy(request, *args, **kwargs)

    def perform_destroy(self, image: ConsultationImage) -> None:
        if not bin.put_away_images(ConsultationImage.objects.filter(pk=image.pk)):
            raise Http404  # deleted since it was fetched
