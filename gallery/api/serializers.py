from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models.fields.files import FieldFile
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field, inline_serializer
from rest_framework import serializers

from consultations.models import Consultation
from consultations.serializers import ImageUploadSerializer as ConsultationUploadSerializer
from imaging import background, storage
from imaging.serializers import UploadedFileField, absolute_url

from ..models import Share, StorageQuota, UserImage
from ..models.images import MAX_IMAGES, MAX_TAGS, TAG_LENGTH, TITLE_LENGTH
from ..services import tags


class FlatListField(serializers.ListField):
    """Reports errors of entries as errors of the list: the schema has one name for both."""

    def run_child_validation(self, data: Any) -> list[Any]:
        try:
            return [self.child.run_validation(entry) for entry in data]
        except serializers.ValidationError as error:
            raise serializers.ValidationError(error.detail) from error


class TagsField(FlatListField):
    """Names; in a form, repeated or separated by commas."""

    child = serializers.CharField(max_length=TAG_LENGTH)

    def get_value(self, dictionary: Any) -> Any:
        value = super().get_value(dictionary)
        if isinstance(value, list) and hasattr(dictionary, "getlist"):
            return [part for text in value for part in text.split(",") if part.strip()]
        return value

    def to_internal_value(self, data: Any) -> list[str]:
        names = tags.clean_names(super().to_internal_value(data))
        if len(names) > MAX_TAGS:
            text = _("At most %(most)s tags.") % {"most": MAX_TAGS}
            raise serializers.ValidationError(text, code="max_length")
        return names


class UserImageListSerializer(serializers.ListSerializer):
    def to_representation(self, data: Any) -> list[dict[str, Any]]:
        images = list(data)
        self.child.preloaded = _tags_and_links(images)  # type: ignore[union-attr]
        return super().to_representation(images)


def _tags_and_links(images: list[UserImage]) -> tuple[dict[UUID, list[str]], set[UUID]]:
    """From other tables: {image's key: its tags' names}, and the keys of images that have an open
    link. One query each for all images."""
    shares = Share.objects.alive().filter(image__in=images)
    return tags.names_by_image(images), set(shares.values_list("image_id", flat=True))


class UserImageSerializer(serializers.ModelSerializer):
    """An image of the gallery. URLs are signed and valid for an hour at most."""

    title = serializers.CharField(
        max_length=TITLE_LENGTH, required=False, allow_blank=True, default=""
    )
    tags = TagsField(required=False, default=list)
    is_favorite = serializers.BooleanField(required=False, default=False)
    is_public = serializers.BooleanField(
        read_only=True, help_text="Whether a shared link would open it now."
    )
    original_url = serializers.SerializerMethodField()
    display_url = serializers.SerializerMethodField()
    processed_url = serializers.SerializerMethodField()
    thumbnail_url = serializers.SerializerMethodField()
    original_name = serializers.CharField(source="original_filename", read_only=True)
    file_type = serializers.CharField(source="mime_type", read_only=True)
    dimensions = serializers.SerializerMethodField()
    quality = serializers.SerializerMethodField(
        help_text="Certainty of the cut-out's edge, not a judgement of its outline."
    )
    engine = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    error_code = serializers.SerializerMethodField()

    class Meta:
        model = UserImage
        fields = [
            "id",
            "title",
            "original_url",
            "display_url",
            "processed_url",
            "thumbnail_url",
            "original_name",
            "file_size",
            "file_type",
            "dimensions",
            "processing_time",
            "processing_since",
            "quality",
            "engine",
            "status",
            "error",
            "error_code",
            "tags",
            "is_public",
            "is_favorite",
            "sha256",
            "damaged",
            "created_at",
            "updated_at",
        ]
        read_only_fields = [
            "id",
            "file_size",
            "processing_time",
            "processing_since",
            "status",
            "sha256",
            "damaged",
            "created_at",
            "updated_at",
        ]
        list_serializer_class = UserImageListSerializer

    preloaded: tuple[dict[UUID, list[str]], set[UUID]] | None = None  # for all images of a list

    @cached_property
    def _links(self) -> tuple[str, dict[str, Callable[..., str]]]:
        root = self.context["request"].build_absolute_uri("/")[:-1]
        return root, {name: storage.url_signer(name) for name in settings.CONTAINERS}

    def _link(self, container: str, field: FieldFile, filename: str | None = None) -> str | None:
        root, links = self._links
        return absolute_url(root, links[container](field.name, filename)) if field else None

    @extend_schema_field(OpenApiTypes.URI)
    def get_original_url(self, image: UserImage) -> str | None:
        return self._link("originals", image.original, image.original_filename)

    @extend_schema_field(OpenApiTypes.URI)
    def get_display_url(self, image: UserImage) -> str | None:
        return self._link("processed", image.display)

    @extend_schema_field({"type": ["string", "null"], "format": "uri"})
    def get_processed_url(self, image: UserImage) -> str | None:
        return self._link("processed", image.cutout)

    @extend_schema_field(OpenApiTypes.URI)
    def get_thumbnail_url(self, image: UserImage) -> str | None:
        return self._link("thumbnails", image.shown_thumbnail)

    @extend_schema_field(
        inline_serializer(
            "Dimensions",
            {"width": serializers.IntegerField(), "height": serializers.IntegerField()},
        )
    )
    def get_dimensions(self, image: UserImage) -> dict[str, int]:
        return {"width": image.width, "height": image.height}

    @extend_schema_field(serializers.ChoiceField(UserImage.Quality.choices, allow_null=True))
    def get_quality(self, image: UserImage) -> str | None:
        return image.quality or None

    @extend_schema_field(serializers.ChoiceField(background.ENGINES, allow_null=True))
    def get_engine(self, image: UserImage) -> str | None:
        return image.engine or None

    @extend_schema_field({"type": ["string", "null"]})
    def get_error(self, image: UserImage) -> str | None:
        return str(image.failure) or None

    @extend_schema_field({"type": ["string", "null"]})
    def get_error_code(self, image: UserImage) -> str | None:
        return image.error or None

    def to_representation(self, image: UserImage) -> dict[str, Any]:
        named, public = self.preloaded or _tags_and_links([image])
        image.tag_names, image.is_public = named.get(image.pk, []), image.pk in public
        data = super().to_representation(image)
        data["title"] = str(image.shown_title)
        return data

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = super().get_fields()
        fields["tags"].source = "tag_names"
        return fields


class UploadSerializer(serializers.Serializer):
    """The multipart body of an upload; the file itself is validated by imaging.intake."""

    file = UploadedFileField(
        write_only=True,
        required=False,
        help_text="JPEG, PNG, WebP or HEIC, of MAX_UPLOAD_SIZE at most (10 MiB by default).",
    )
    title = serializers.CharField(max_length=TITLE_LENGTH, required=False, allow_blank=True)
    tags = TagsField(required=False)
    engine = serializers.ChoiceField(UserImage.Engine.choices, required=False)


class RetrySerializer(serializers.Serializer):
    engine = serializers.ChoiceField(UserImage.Engine.choices, required=False)


class ImagesSerializer(serializers.Serializer):
    """Some of the user's images; keys of others' images are ignored."""

    ids = FlatListField(
        child=serializers.UUIDField(), allow_empty=False, max_length=MAX_IMAGES, write_only=True
    )


class BulkEditSerializer(ImagesSerializer):
    is_favorite = serializers.BooleanField(required=False, write_only=True)
    add_tags = TagsField(required=False, write_only=True)
    remove_tags = TagsField(required=False, write_only=True)


class QuotaSerializer(serializers.ModelSerializer):
    class Meta:
        model = StorageQuota
        fields = ["storage_limit", "storage_used", "image_limit", "image_count", "plan", "percent"]
        read_only_fields = fields

    percent = serializers.IntegerField(
        read_only=True, help_text="Use of the nearer limit, rounded down."
    )


class AttachSerializer(ConsultationUploadSerializer):
    """The photograph's metadata in the consultation; its file is the original."""

    consultation = serializers.PrimaryKeyRelatedField(
        queryset=Consultation.objects.none(), write_only=True
    )

    class Meta(ConsultationUploadSerializer.Meta):
        fields = ["consultation", *ConsultationUploadSerializer.Meta.fields[1:]]

    file = None  # type: ignore[assignment]

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = super().get_fields()
        request = self.context.get("request")
        if request and request.user.is_authenticated:
            fields["consultation"].queryset = (  # type: ignore[attr-defined]
                Consultation.objects.editable_by(request.user)
            )
        return fields
