"""What is asked and proposed about how two pictures lie to each other."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from ..models import ConsultationImage
from .comparisons import TransformSerializer
from .proposals import ProposalSerializer


class AlignSerializer(serializers.Serializer):
    """Two pictures of one patient."""

    first = serializers.PrimaryKeyRelatedField(
        queryset=ConsultationImage.objects.none(), write_only=True
    )
    second = serializers.PrimaryKeyRelatedField(
        queryset=ConsultationImage.objects.none(), write_only=True
    )

    def get_fields(self) -> dict[str, serializers.Field]:
        fields: dict[str, Any] = super().get_fields()
        request = self.context.get("request")
        if request and request.user.is_authenticated:
            visible = ConsultationImage.objects.visible_to(request.user)
            for field in fields.values():
                field.queryset = visible
        return fields

    def validate(self, images: dict[str, ConsultationImage]) -> dict[str, ConsultationImage]:
        first, second = images["first"], images["second"]
        if first.patient_id != second.patient_id or first == second:
            text = _("This takes two images of one patient.")
            raise serializers.ValidationError(
                {"second": serializers.ErrorDetail(str(text), "other_patient")}
            )
        return images


class ProposedAlignmentSerializer(ProposalSerializer):
    """How the first picture lies to the second; or why nothing is proposed."""

    transform = TransformSerializer(
        allow_null=True, help_text="From pixels of the first original to those of the second."
    )
    basis = serializers.ChoiceField(
        ["skin", "lesion"],
        allow_null=True,
        help_text="What was found again: the skin, or the lesion alone.",
    )
    belief = serializers.FloatField(
        allow_null=True, help_text="0 to 1: how much of the overlap was found again."
    )
