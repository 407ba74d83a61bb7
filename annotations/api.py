"""Annotations in the API: of an image, and one by one."""

from typing import Any

from django.http import Http404
from django.urls import path, reverse
from drf_spectacular.utils import extend_schema
from drf_standardized_errors.openapi_validation_errors import extend_validation_errors
from rest_framework import generics, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.error_serializers import ErrorsSerializer
from accounts.requests import AuthenticatedAPIRequest
from audit.trail import Action, record
from consultations.models import ConsultationImage
from consultations.permissions import DoctorsWrite
from core.parsers import JSONParser, LinkedDataParser
from core.preconditions import IF_MATCH, check_precondition

from . import services, w3c
from .models import Annotation, AnnotationVersion, Category
from .reading import etag_of
from .serializers import (
    AnnotationPageSerializer,
    AnnotationSerializer,
    CategorySerializer,
    VersionSerializer,
)
from .shapes import CODES

VALUE = "target.selector.value"
MISSING = ["required", "null"]  # a whole part of the document
# What is wrong with one body is an error of `body`: the schema cannot name the second one.
BODY = ["unknown_category", "duplicate", "not_a_list", "invalid", "invalid_choice", *MISSING]
BODY += ["blank", "max_length", "null_characters_not_allowed", "surrogate_characters_not_allowed"]


class _Annotating(generics.GenericAPIView):
    """Doctors write; who sees what is the queryset's to say."""

    request: AuthenticatedAPIRequest
    permission_classes = [IsAuthenticated, DoctorsWrite]
    parser_classes = [JSONParser, LinkedDataParser]
    serializer_class: Any = AnnotationSerializer
    filter_backends: list[Any] = []
    pagination_class = None
    detail = True  # whether one may write is the image's to say (DoctorsWrite)

    def content(self) -> w3c.Content:
        """Of the valid body."""
        serializer = self.get_serializer(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        content: w3c.Content = serializer.validated_data["content"]
        return content

    def answer(self, row: Annotation, code: int = status.HTTP_200_OK) -> Response:
        data = self.get_serializer(row).data
        headers = {"ETag": etag_of(row)}
        if code == status.HTTP_201_CREATED:
            headers["Location"] = data["id"]
        return Response(data, status=code, headers=headers)


@extend_validation_errors([*CODES], VALUE, methods=["post"])
@extend_validation_errors(BODY, "body", methods=["post"])
@extend_validation_errors(MISSING, "target", methods=["post"])
@extend_validation_errors(MISSING, "target.selector", methods=["post"])
class ImageAnnotations(_Annotating):
    """What is written on an image."""

    queryset = ConsultationImage.objects.none()

    def get_queryset(self) -> Any:
        return ConsultationImage.objects.visible_to(self.request.user)

    @extend_schema(
        responses=AnnotationPageSerializer, operation_id="consultations_images_annotations_list"
    )
    def get(self, request: AuthenticatedAPIRequest, pk: int) -> Response:
        """All of them that the caller may see, the earliest first: for the image's doctor all, for
        its patient those that are shared with them."""
        image = self.get_object()
        rows = Annotation.objects.visible_to(request.user).filter(image=image)
        shown = rows.select_related("author", "image")
        record(Action.VIEWED, image, part="annotations", api=True)
        own = request.build_absolute_uri(reverse("api-image-annotations", args=[pk]))
        return Response(w3c.page(self.get_serializer(shown, many=True).data, own))

    @extend_schema(
        operation_id="consultations_images_annotations_create",
        responses={201: AnnotationSerializer, 409: ErrorsSerializer},
    )
    def post(self, request: AuthenticatedAPIRequest, pk: int) -> Response:
        """Write on the image. 409 `too_many_annotations` past 200."""
        image = self.get_object()
        content = self.content()
        try:
            made = services.add_annotation(image=image.pk, user=request.user, content=content)
        except ConsultationImage.DoesNotExist as gone:
            raise Http404 from gone
        return self.answer(made, status.HTTP_201_CREATED)


@extend_validation_errors([*CODES], VALUE, methods=["put"])
@extend_validation_errors(BODY, "body", methods=["put"])
@extend_validation_errors(MISSING, "target", methods=["put"])
@extend_validation_errors(MISSING, "target.selector", methods=["put"])
class OneAnnotation(_Annotating):
    """One annotation."""

    queryset = Annotation.objects.none()

    def get_queryset(self) -> Any:
        rows = Annotation.objects.visible_to(self.request.user)
        return rows.select_related("author", "image")

    @extend_schema(operation_id="annotations_retrieve")
    def get(self, request: AuthenticatedAPIRequest, pk: int) -> Response:
        row = self.get_object()
        record(Action.VIEWED, row.image, part="annotations", api=True)
        return self.answer(row)

    @extend_schema(
        operation_id="annotations_update",
        parameters=[IF_MATCH],
        responses={200: AnnotationSerializer, 403: ErrorsSerializer, 412: ErrorsSerializer},
    )
    def put(self, request: AuthenticatedAPIRequest, pk: int) -> Response:
        """Replace it; the former state is kept as a version. Shape and words are their author's to
        change (403 `not_the_author`), the audience the image's doctor's."""
        row = self.get_object()
        content = self.content()
        try:
            changed = services.change_annotation(
                annotation=row, user=request.user, content=content, check=self._check
            )
        except (ConsultationImage.DoesNotExist, Annotation.DoesNotExist) as gone:
            raise Http404 from gone
        return self.answer(changed)

    @extend_schema(
        operation_id="annotations_destroy",
        parameters=[IF_MATCH],
        responses={204: None, 403: ErrorsSerializer, 412: ErrorsSerializer},
    )
    def delete(self, request: AuthenticatedAPIRequest, pk: int) -> Response:
        """Its author deletes it; what it was stays as versions."""
        row = self.get_object()
        try:
            services.delete_annotation(annotation=row, user=request.user, check=self._check)
        except (ConsultationImage.DoesNotExist, Annotation.DoesNotExist) as gone:
            raise Http404 from gone
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _check(self, row: Annotation) -> None:
        check_precondition(self.request, etag_of(row), lambda: self.get_serializer(row).data)


class Restored(_Annotating):
    """A deleted annotation, back on its image."""

    queryset = Annotation.objects.none()
    permission_classes = [IsAuthenticated]  # the queryset is of those that one may change

    def get_queryset(self) -> Any:
        rows = Annotation.all_rows.editable_by(self.request.user)
        return rows.select_related("author", "image")

    @extend_schema(
        operation_id="annotations_restore",
        request=None,
        responses={200: AnnotationSerializer, 403: ErrorsSerializer, 409: ErrorsSerializer},
    )
    def post(self, request: AuthenticatedAPIRequest, pk: int) -> Response:
        """Its author brings it back as it was; nothing happens where it is there. 409
        `too_many_annotations` past 200."""
        row = self.get_object()
        try:
            restored = services.restore_annotation(annotation=row, user=request.user)
        except (ConsultationImage.DoesNotExist, Annotation.DoesNotExist) as gone:
            raise Http404 from gone
        return self.answer(restored)


class AnnotationVersions(_Annotating):
    """What an annotation was, a deleted one's too: for the doctor of its image."""

    queryset = AnnotationVersion.objects.none()
    serializer_class = VersionSerializer

    def get_queryset(self) -> Any:
        return Annotation.all_rows.editable_by(self.request.user).select_related("image")

    @extend_schema(operation_id="annotations_versions_list", responses=VersionSerializer(many=True))
    def get(self, request: AuthenticatedAPIRequest, pk: int) -> Response:
        """The first one first."""
        row = self.get_object()
        record(Action.VIEWED, row.image, part="annotations", api=True)
        versions = row.versions.select_related("changed_by")
        return Response(self.get_serializer(versions, many=True).data)


class Categories(generics.GenericAPIView):
    """What annotations can be about: the practice's list."""

    queryset = Category.objects.none()
    permission_classes = [IsAuthenticated]
    serializer_class = CategorySerializer
    filter_backends: list[Any] = []
    pagination_class = None

    @extend_schema(
        operation_id="annotations_categories_list", responses=CategorySerializer(many=True)
    )
    def get(self, request: Request) -> Response:
        """In the practice's order. One that is not `active` stays what it was on older ones."""
        return Response(self.get_serializer(Category.objects.all(), many=True).data)


urlpatterns = [
    path(
        "consultations/images/<int:pk>/annotations",
        ImageAnnotations.as_view(),
        name="api-image-annotations",
    ),
    path("annotations/categories", Categories.as_view(), name="api-annotation-category-list"),
    path("annotations/<int:pk>", OneAnnotation.as_view(), name="api-annotation-detail"),
    path("annotations/<int:pk>/restore", Restored.as_view(), name="api-annotation-restore"),
    path(
        "annotations/<int:pk>/versions",
        AnnotationVersions.as_view(),
        name="api-annotation-versions",
    ),
]
