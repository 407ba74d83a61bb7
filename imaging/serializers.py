"""What the serializers of both image tables share."""

from django.core.files.uploadedfile import UploadedFile
from rest_framework import serializers

from .errors import ImageRefused


def rooted(root, url):
    return root + url if url.startswith("/") else url  # Azure's are absolute


def moment(moment, clock):
    """As DRF's DateTimeField writes it."""
    text = moment.astimezone(clock).isoformat()
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text


class UploadedFileField(serializers.FileField):
    """Carries the bytes to the service, which judges them; what is no file is a missing one."""

    def to_internal_value(self, data):
        if not isinstance(data, UploadedFile):
            raise serializers.ValidationError(
                ImageRefused.MESSAGES["missing_file"], code="missing_file"
            )
        return data
