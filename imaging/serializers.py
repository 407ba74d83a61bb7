"""What the serializers of both image tables share."""

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from rest_framework import serializers

from .errors import ImageRefused


def absolute_url(root: str, url: str) -> str:
    return root + url if url.startswith("/") else url  # Azure's are absolute already


def format_datetime(value: datetime, zone: tzinfo) -> str:
    """In the format of DRF's DateTimeField."""
    text = value.astimezone(zone).isoformat()
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text


class FlatListField(serializers.ListField):
    """Reports errors of entries as errors of the list: the schema has one name for both."""

    def run_child_validation(self, data: Any) -> list[Any]:
        try:
            return [self.child.run_validation(entry) for entry in data]
        except serializers.ValidationError as error:
            raise serializers.ValidationError([*_leaves(error.detail)]) from error


def _leaves(detail: Any) -> Iterator[Any]:
    """The errors themselves, whatever they are nested in."""
    if isinstance(detail, dict):
        detail = list(detail.values())
    if not isinstance(detail, list):
        yield detail
        return
    for part in detail:
        yield from _leaves(part)


class UploadedFileField(serializers.FileField):
    """Passes the file on to the service, which checks it; anything else is a missing file."""

    def to_internal_value(self, data: Any) -> UploadedFile:
        if not isinstance(data, UploadedFile):
            raise serializers.ValidationError(
                ImageRefused.MESSAGES["missing_file"], code="missing_file"
            )
        return data
