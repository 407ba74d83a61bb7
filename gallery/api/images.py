from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, StreamingHttpResponse
from django.urls import path, reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    inline_serializer,
)
from drf_standardized_errors.openapi_validation_errors import extend_validation_errors
from rest_framework import generics, serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from accounts.error_serializers import ErrorsSerializer
from accounts.requests import AuthenticatedAPIRequest
from audit.trail import Action, record, record_all
from core.idempotency import IDEMPOTENCY_KEY, idempotency_key
from core.pagination import INVALID, ImagePages
from core.preconditions import IF_MATCH, VersionedDetail
from core.throttling import ScopedRate
from imaging.errors import FILE_CODES

from .. import archive
from ..filters import GalleryFilter
from ..models import StorageQuota, UserImage
from ..models.images import UserImageQuerySet
from ..services import tags
from ..services.images import edit_images, submit_image
from ..services.processing import retry_image
from ..services.trash import delete_images, restore_images
from .serializers import (
    BulkEditSerializer,
    ImagesSerializer,
    QuotaSerializer,
    RetrySerializer,
    UploadSerializer,
    UserImageSerializer,
)

# Codes of a list and of its entries, which are reported for the list.
KEY_CODES = ["required", "null", "not_a_list", "empty", "max_length", "invalid"]
TAG_CODES = [
    *("null", "not_a_list", "max_length", "invalid", "blank"),
    *("null_characters_not_allowed", "surrogate_characters_not_allowed"),
]
_ZIP_RESPONSE = {
    (200, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY, "cut-outs, originals")
}


_EDIT_RESPONSES = {200: UserImageSerializer, 412: ErrorsSerializer}


def _count_schema(name: str) -> serializers.Serializer:
    """The schema of {name: integer}."""
    return inline_serializer(name.title(), {name: serializers.IntegerField()})


class OwnImages(generics.GenericAPIView):
    """The user's own images."""

    request: AuthenticatedAPIRequest
    serializer_class: type[BaseSerializer] | None = UserImageSerializer

    def get_queryset(self) -> QuerySet[UserImage]:
        return UserImage.objects.visible_to(self.request.user)

    def select(
        self, serializer_class: type[BaseSerializer]
    ) -> tuple[UserImageQuerySet, dict[str, Any]]:
        """(the requested images, the other validated fields). Ignores keys of others' images."""
        serializer = serializer_class(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        options = dict(serializer.validated_data)
        visible = UserImage.objects.visible_to(self.request.user)
        return visible.filter(pk__in=options.pop("ids")), options

    def representation(self, image: UserImage) -> dict[str, Any]:
        """The image as it is now, serialized. Raises Http404 if it was deleted meanwhile."""
        image = generics.get_object_or_404(self.get_queryset(), pk=image.pk)
        return UserImageSerializer(image, context=self.get_serializer_context()).data


@extend_validation_errors([*FILE_CODES], "file", methods=["post"])
@extend_validation_errors(TAG_CODES, "tags", methods=["post"])
class RemoveBackground(OwnImages):
    """Add a photograph to the gallery; a worker removes its background."""

    serializer_class = UploadSerializer
    parser_classes = [MultiPartParser]
    throttle_classes = [ScopedRate]
    throttle_scope = "uploads"

    @extend_schema(
        request=UploadSerializer,
        responses={
            202: UserImageSerializer,
            403: ErrorsSerializer,
            409: ErrorsSerializer,
        },
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: AuthenticatedAPIRequest) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        fields = serializer.validated_data
        image, _created = submit_image(
            user=request.user,
            upload=fields.get("file"),
            title=fields.get("title", ""),
            tag_names=fields.get("tags", ()),
            engine=fields.get("engine", UserImage.Engine.AUTO),
            idempotency_key=idempotency_key(request),
        )
        if image.deleted_at:
            raise Http404  # uploaded with this key before, and deleted since
        url = reverse("api-userimage-detail", args=[image.pk])
        return Response(
            self.representation(image),
            status=status.HTTP_202_ACCEPTED,
            headers={"Location": request.build_absolute_uri(url)},
        )


@extend_validation_errors([INVALID], "cursor", methods=["get"])
@extend_validation_errors(KEY_CODES, "ids", methods=["delete"])
@extend_validation_errors(KEY_CODES, "ids", methods=["patch"])
@extend_validation_errors(["max_length"], "tags", methods=["patch"])
@extend_validation_errors(TAG_CODES, "add_tags", methods=["patch"])
@extend_validation_errors(TAG_CODES, "remove_tags", methods=["patch"])
class Gallery(OwnImages, generics.ListAPIView):
    """The user's own images, newest first."""

    queryset = UserImage.objects.none()
    filterset_class = GalleryFilter
    pagination_class = ImagePages

    def get_serializer_class(self) -> type[BaseSerializer]:
        serializers_by_method = {"DELETE": ImagesSerializer, "PATCH": BulkEditSerializer}
        return serializers_by_method.get(getattr(self.request, "method", ""), UserImageSerializer)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response = super().list(request, *args, **kwargs)
        record(Action.LISTED, self.request.user, images=len(response.data["images"]), api=True)
        return response

    @extend_schema(
        request=ImagesSerializer,
        responses={200: _count_schema("deleted")},
        description="Removed at once; `/gallery/restore` brings them back"
        f" for {settings.UNDO_SECONDS} seconds.",
    )
    def delete(self, request: Request) -> Response:
        images, _options = self.select(ImagesSerializer)
        return Response({"deleted": len(delete_images(images))})

    @extend_schema(request=BulkEditSerializer, responses={200: _count_schema("changed")})
    def patch(self, request: Request) -> Response:
        images, options = self.select(BulkEditSerializer)
        changed = edit_images(
            images,
            favorite=options.get("is_favorite"),
            add=options.get("add_tags", ()),
            remove=options.get("remove_tags", ()),
        )
        return Response({"changed": changed})


@extend_validation_errors(KEY_CODES, "ids", methods=["post"])
class Restore(generics.GenericAPIView):
    serializer_class = ImagesSerializer

    @extend_schema(responses={200: _count_schema("restored"), 403: ErrorsSerializer})
    def post(self, request: AuthenticatedAPIRequest) -> Response:
        """Restore images that were just deleted (see DELETE /gallery)."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        deleted = UserImage.objects.deleted_by(request.user)
        images = deleted.filter(pk__in=serializer.validated_data["ids"])
        return Response({"restored": restore_images(images)})


@extend_validation_errors(KEY_CODES, "ids", methods=["post"])
class Download(OwnImages):
    serializer_class = ImagesSerializer

    @extend_schema(request=ImagesSerializer, responses=_ZIP_RESPONSE)
    def post(self, request: Request) -> StreamingHttpResponse:
        """Cut-outs and originals as a streamed ZIP, with a `manifest.csv`."""
        images, _options = self.select(ImagesSerializer)
        if not images.exists():
            raise Http404
        record_all(Action.ZIPPED, images)
        chunks = archive.zip_gallery(images.order_by("-created_at", "-pk"))
        response = StreamingHttpResponse(chunks, content_type="application/zip")
        response["Content-Disposition"] = 'attachment; filename="gallery.zip"'
        return response


class Quota(generics.GenericAPIView):
    serializer_class = QuotaSerializer

    def get(self, request: AuthenticatedAPIRequest) -> Response:
        """The limits of the plan, and their use."""
        quota = StorageQuota.objects.of(request.user.pk)
        return Response(self.get_serializer(quota).data)


class Tags(APIView):
    @extend_schema(
        parameters=[OpenApiParameter("q", str, description="The beginning of the tags")],
        responses=inline_serializer(
            "Tags", {"tags": serializers.ListField(child=serializers.CharField())}
        ),
    )
    def get(self, request: AuthenticatedAPIRequest) -> Response:
        """Suggestions: the user's own tags, in alphabetical order."""
        suggestions = tags.suggestions(request.user, request.query_params.get("q", "")[:100])
        return Response({"tags": [tag.name for tag in suggestions]})


@extend_validation_errors(TAG_CODES, "tags", methods=["put", "patch"])
class UserImageDetail(VersionedDetail, OwnImages, generics.RetrieveUpdateDestroyAPIView):
    """One of the user's images. PUT clears fields that it does not name; PATCH leaves them."""

    queryset = UserImage.objects.none()

    def etag(self, image: Any) -> str:
        return image.entity_tag(tags.names_by_image([image]).get(image.pk, []))

    @extend_schema(parameters=[IF_MATCH], responses=_EDIT_RESPONSES)
    def put(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().put(request, *args, **kwargs)

    @extend_schema(parameters=[IF_MATCH], responses=_EDIT_RESPONSES)
    def patch(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().patch(request, *args, **kwargs)

    @extend_schema(parameters=[IF_MATCH], responses={204: None, 412: ErrorsSerializer})
    def delete(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().delete(request, *args, **kwargs)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        image = self.get_object()
        record(Action.VIEWED, image, api=True)
        return Response(self.get_serializer(image).data)

    def perform_update(self, serializer: BaseSerializer) -> None:
        image, fields = cast(UserImage, serializer.instance), serializer.validated_data
        edit_images(
            UserImage.objects.visible_to(self.request.user).filter(pk=image.pk),
            title=fields.get("title"),
            favorite=fields.get("is_favorite"),
            tag_names=fields.get("tag_names"),
        )
        serializer.instance = self.instance = generics.get_object_or_404(
            UserImage.objects.visible_to(self.request.user), pk=image.pk
        )

    def perform_destroy(self, image: UserImage) -> None:
        delete_images(UserImage.objects.visible_to(self.request.user).filter(pk=image.pk))


class Retry(OwnImages):
    @extend_schema(request=RetrySerializer, responses={202: UserImageSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Process the image again, with another engine if one is named."""
        serializer = RetrySerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        image = self.get_object()
        try:
            retry_image(image, engine=serializer.validated_data.get("engine"))
        except UserImage.DoesNotExist as gone:
            raise Http404 from gone
        record(Action.VIEWED, image, api=True)  # the response contains its URLs
        return Response(self.representation(image), status=status.HTTP_202_ACCEPTED)


urlpatterns = [
    path("remove-background", RemoveBackground.as_view(), name="api-remove-background"),
    path("gallery", Gallery.as_view(), name="api-gallery"),
    path("gallery/restore", Restore.as_view(), name="api-gallery-restore"),
    path("gallery/download", Download.as_view(), name="api-gallery-download"),
    path("gallery/quota", Quota.as_view(), name="api-gallery-quota"),
    path("gallery/tags", Tags.as_view(), name="api-gallery-tags"),
    path("images/<uuid:pk>", UserImageDetail.as_view(), name="api-userimage-detail"),
    path("images/<uuid:pk>/retry", Retry.as_view(), name="api-userimage-retry"),
]
