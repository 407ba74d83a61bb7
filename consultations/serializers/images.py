"""Photographs of consultations, as the API writes and reads them."""

from datetime import datetime, tzinfo
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field, inline_serializer
from rest_framework import serializers

from imaging import storage
from imaging.models import CapturedFrom
from imaging.serializers import UploadedFileField, absolute_url, format_datetime
from imaging.storage.signing import UrlSigner

from .. import bin, dating
from ..models import Consultation, ConsultationImage
from ..vocabulary import ImageType
from .lesions import EditableLesion


class ImageSerializer(serializers.ModelSerializer):
    """An image of a consultation. URLs are signed and valid for an hour at most.

    The fields below are the contract: the schema and what may be written. Lists are long, and DRF
    asks each field of each row how it is written; `to_representation` writes the same at once, and
    a test holds it against the fields.
    """

    image_url = serializers.SerializerMethodField()
    thumbnail_url = serializers.SerializerMethodField()
    original_url = serializers.SerializerMethodField()
    quality = serializers.SerializerMethodField()
    captured_at = serializers.SerializerMethodField()
    captured_from = serializers.SerializerMethodField()
    lesion = EditableLesion()

    class Meta:
        model = ConsultationImage
        fields = [
            "id",
            "consultation_id",
            "image_url",
            "thumbnail_url",
            "original_url",
            "original_filename",
            "file_size",
            "mime_type",
            "width",
            "height",
            "image_type",
            "dermoscopic_type",
            "body_location",
            "body_site",
            "laterality",
            "lesion",
            "mirrored",
            "description",
            "is_primary",
            "captured_at",
            "captured_from",
            "captured_on",
            "camera_model",
            "sha256",
            "quality",
            "damaged",
            "created_at",
            "updated_at",
        ]
        read_only_fields = [
            "id",
            "consultation_id",
            "original_filename",
            "file_size",
            "mime_type",
            "width",
            "height",
            "camera_model",
            "sha256",
            "damaged",
            "created_at",
            "updated_at",
        ]

    @extend_schema_field(OpenApiTypes.URI)
    def get_image_url(self, image: ConsultationImage) -> str:
        return self._absolute(image.display.url)

    @extend_schema_field(OpenApiTypes.URI)
    def get_thumbnail_url(self, image: ConsultationImage) -> str:
        return self._absolute(image.thumbnail.url)

    @extend_schema_field(OpenApiTypes.URI)
    def get_original_url(self, image: ConsultationImage) -> str:
        return self._absolute(image.download_url)

    @extend_schema_field({"type": ["string", "null"], "format": "date-time"})
    def get_captured_at(self, image: ConsultationImage) -> str | None:
        """With the camera's own UTC offset; DRF's field would convert it to the server's."""
        local = image.captured_local
        return local.isoformat() if local else None

    @extend_schema_field(serializers.ChoiceField(CapturedFrom.choices, allow_null=True))
    def get_captured_from(self, image: ConsultationImage) -> str | None:
        """Which date of the file `captured_at` is: the shutter's, a scanner's, or a program's."""
        return image.captured_source or None

    @extend_schema_field(
        inline_serializer(
            "ImageQuality",
            {
                "verdict": serializers.ChoiceField(["good", "acceptable", "poor"], allow_null=True),
                "reasons": serializers.ListField(
                    child=serializers.ChoiceField(
                        ["damaged", "blurred", "soft", "overexposed", "underexposed"]
                    )
                ),
                "sharpness": serializers.FloatField(allow_null=True),
                "exposure": serializers.FloatField(allow_null=True),
            },
        )
    )
    def get_quality(self, image: ConsultationImage) -> dict[str, Any]:
        verdict = image.verdict
        return {
            "verdict": verdict.level if verdict else None,
            "reasons": list(verdict.codes) if verdict else [],
            "sharpness": image.sharpness,
            "exposure": image.exposure,
        }

    def _absolute(self, url: str) -> str:
        return self.context["request"].build_absolute_uri(url)

    @cached_property
    def _shared(self) -> tuple[str, tzinfo, UrlSigner, UrlSigner, UrlSigner]:
        """What the rows of one request share: root, time zone, and a signer for each container."""
        display, thumbnail, original = (
            storage.url_signer(name) for name in ("processed", "thumbnails", "originals")
        )
        zone = timezone.get_current_timezone()
        return self._absolute("/")[:-1], zone, display, thumbnail, original

    def to_representation(self, image: ConsultationImage) -> dict[str, Any]:
        root, clock, display, thumbnail, original = self._shared
        row = image.__dict__
        return {
            "id": row["id"],
            "consultation_id": row["consultation_id"],
            "image_url": absolute_url(root, display(str(row["display"]))),
            "thumbnail_url": absolute_url(root, thumbnail(str(row["thumbnail"]))),
            "original_url": absolute_url(
                root, original(str(row["original"]), row["original_filename"])
            ),
            "original_filename": row["original_filename"],
            "file_size": row["file_size"],
            "mime_type": row["mime_type"],
            "width": row["width"],
            "height": row["height"],
            "image_type": row["image_type"],
            "dermoscopic_type": row["dermoscopic_type"],
            "body_location": row["body_location"],
            "body_site": row["body_site"],
            "laterality": row["laterality"],
            "lesion": row["lesion_id"],
            "mirrored": row["mirrored"],
            "description": row["description"],
            "is_primary": row["is_primary"],
            "captured_at": self.get_captured_at(image),
            "captured_from": self.get_captured_from(image),
            "captured_on": row["captured_on"] and row["captured_on"].isoformat(),
            "camera_model": row["camera_model"],
            "sha256": row["sha256"],
            "quality": self.get_quality(image),
            "damaged": row["damaged"],
            "created_at": format_datetime(row["created_at"], clock),
            "updated_at": format_datetime(row["updated_at"], clock),
        }

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        def value(field: str) -> Any:
            return data.get(field, getattr(self.instance, field, ""))

        if data.get("dermoscopic_type") and value("image_type") != ImageType.DERMOSCOPY:
            raise serializers.ValidationError(
                {
                    "dermoscopic_type": serializers.ErrorDetail(
                        str(_("Only with dermoscopy.")), code="only_with_dermoscopy"
                    )
                }
            )
        if day := data.get("captured_on"):
            try:
                dating.validate_after_birth(day, self._consultation(data).patient)
            except ValidationError as error:
                raise serializers.ValidationError(
                    {"captured_on": serializers.ErrorDetail(str(error.message), code=error.code)}
                ) from error
        return data

    def _consultation(self, data: dict[str, Any]) -> Consultation:
        return (
            data.get("consultation")
            or self.context.get("consultation")
            or cast(ConsultationImage, self.instance).consultation
        )


class BinnedImageSerializer(ImageSerializer):
    """An image in the bin: when it was deleted, and when it will be deleted for good."""

    erased_at = serializers.SerializerMethodField()

    class Meta(ImageSerializer.Meta):
        fields = [*ImageSerializer.Meta.fields, "deleted_at", "erased_at"]
        read_only_fields = [*ImageSerializer.Meta.read_only_fields, "deleted_at"]

    @extend_schema_field(OpenApiTypes.DATETIME)
    def get_erased_at(self, image: ConsultationImage) -> str:
        """At the earliest."""
        moment = cast(datetime, bin.erased_at(image))
        return format_datetime(moment, timezone.get_current_timezone())

    def to_representation(self, image: ConsultationImage) -> dict[str, Any]:
        zone = timezone.get_current_timezone()
        told = {"deleted_at": format_datetime(cast(datetime, image.deleted_at), zone)}
        return super().to_representation(image) | told | {"erased_at": self.get_erased_at(image)}


class ImageUploadSerializer(ImageSerializer):
    """The multipart body of an upload; the file itself is validated by imaging.intake."""

    file = UploadedFileField(
        write_only=True,
        required=False,
        help_text="JPEG, PNG, WebP or HEIC, of MAX_UPLOAD_SIZE at most (10 MiB by default).",
    )

    class Meta(ImageSerializer.Meta):
        fields = [
            "file",
            "image_type",
            "dermoscopic_type",
            "body_location",
            "body_site",
            "laterality",
            "lesion",
            "mirrored",
            "description",
            "captured_on",
            "is_primary",
        ]
        read_only_fields = []
