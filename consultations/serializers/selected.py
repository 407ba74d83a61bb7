"""Bodies that name several images by their keys."""

from typing import Any

from rest_framework import serializers

from imaging.serializers import FlatListField

from ..models import Consultation, ConsultationImage
from ..selection import MAX_IMAGES
from .lesions import EditableLesion

LARGEST_KEY = 2**63 - 1


def _keys() -> FlatListField:
    return FlatListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST_KEY),
        allow_empty=False,
        max_length=MAX_IMAGES,
        write_only=True,
    )


class ImageKeysSerializer(serializers.Serializer):
    """Some images; keys of others' images are ignored."""

    ids = _keys()


class EditImagesSerializer(serializers.ModelSerializer):
    """What each of the images gets; what is not named stays."""

    ids = _keys()
    lesion = EditableLesion()

    class Meta:
        model = ConsultationImage
        fields = ["ids", "image_type", "body_site", "laterality", "mirrored", "lesion"]


class MoveImagesSerializer(serializers.Serializer):
    """Images, all of which move, and the consultation that they move to."""

    ids = _keys()
    consultation = serializers.PrimaryKeyRelatedField(
        queryset=Consultation.objects.none(), write_only=True
    )

    def get_fields(self) -> dict[str, serializers.Field]:
        fields: dict[str, Any] = super().get_fields()
        request = self.context.get("request")
        if request and request.user.is_authenticated:
            fields["consultation"].queryset = Consultation.objects.editable_by(request.user)
        return fields
