"""Comparisons, as the API writes and reads them."""

import math
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from imaging.serializers import FlatListField

from ..models import Comparison, ComparisonPane, ConsultationImage, Patient
from ..models.comparison import (
    FARTHEST,
    LARGEST_SCALE,
    LEAST_PANES,
    MOST_PANES,
    SMALLEST_SCALE,
)
from ..models.image import ConsultationImageQuerySet

MOST_ZOOM = 100.0


def _number(limit: float, least: float | None = None, **options: Any) -> serializers.FloatField:
    """A field for a finite number within ±`limit`, or from `least` to it."""
    smallest = -limit if least is None else least
    return serializers.FloatField(min_value=smallest, max_value=limit, **options)


class TransformSerializer(serializers.Serializer):
    """A pixel (u, v) of the picture lies at (a·u − b·v + x, b·u + a·v + y) of the frame that all
    panes share: a shift, a turn and one scale."""

    a = _number(LARGEST_SCALE)
    b = _number(LARGEST_SCALE)
    x = _number(FARTHEST, help_text="Pixels of the common frame.")
    y = _number(FARTHEST)

    def validate(self, transform: dict[str, float]) -> dict[str, float]:
        scale, code = math.hypot(transform["a"], transform["b"]), ""
        if scale < SMALLEST_SCALE:
            code = "min_value"
        elif scale > LARGEST_SCALE:
            code = "max_value"
        if code:
            text = _("The scale is out of reach.")
            raise serializers.ValidationError({"a": serializers.ErrorDetail(str(text), code)})
        return transform


class ViewSerializer(serializers.Serializer):
    """What is looked at."""

    x = _number(FARTHEST, help_text="The middle, in pixels of the common frame.")
    y = _number(FARTHEST)
    zoom = _number(MOST_ZOOM, 1 / MOST_ZOOM, help_text="1: the first picture just fits.")
    angle = _number(360, help_text="Degrees, clockwise.")


class PatientsImage(serializers.PrimaryKeyRelatedField):
    """A picture of this patient that the caller may see; any other is reported as not existing."""

    def get_queryset(self) -> ConsultationImageQuerySet:
        patient: Patient | None = self.context.get("patient")
        if patient is None:
            return ConsultationImage.objects.none()
        visible = ConsultationImage.objects.visible_to(self.context["request"].user)
        return visible.filter(patient=patient)


class PaneSerializer(serializers.ModelSerializer):
    image = PatientsImage(queryset=ConsultationImage.objects.none())
    transform = TransformSerializer()

    class Meta:
        model = ComparisonPane
        fields = ["image", "transform", "flipped"]


class PanesField(FlatListField):
    """What is wrong with a pane is an error of `panes`: the schema cannot name the third one."""

    child: serializers.Field = PaneSerializer()


class ComparisonSerializer(serializers.ModelSerializer):
    """Two to four pictures of one patient, and how they lie over each other. Of a picture that was
    deleted, or may not be seen, there is no pane: `missing` counts them."""

    patient: serializers.PrimaryKeyRelatedField = serializers.PrimaryKeyRelatedField(read_only=True)
    doctor: serializers.PrimaryKeyRelatedField = serializers.PrimaryKeyRelatedField(read_only=True)
    view = ViewSerializer(required=False, allow_null=True)
    panes = PanesField(min_length=LEAST_PANES, max_length=MOST_PANES)
    missing = serializers.IntegerField(read_only=True)

    class Meta:
        model = Comparison
        fields = [
            "id",
            "patient",
            "doctor",
            "name",
            "note",
            "mode",
            "view",
            "panes",
            "missing",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["id", "created_at", "updated_at"]

    def validate_panes(self, panes: list[dict[str, Any]]) -> list[dict[str, Any]]:
        keys = [pane["image"].pk for pane in panes]
        if len({*keys}) < len(keys):
            raise serializers.ValidationError(_("An image is there twice."), code="duplicate")
        return [pane | {"image": pane["image"].pk} for pane in panes]

    def to_representation(self, comparison: Comparison) -> dict[str, Any]:
        data = super().to_representation(comparison)
        if comparison.doctor_id != self.context["request"].user.pk:
            data["note"] = ""  # the doctor's own
        return data
