"""What is asked and proposed about how two pictures lie to each other."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from imaging import geometry

from ..models import ConsultationImage
from .comparisons import TransformSerializer


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


class ProposalSerializer(serializers.Serializer):
    """A proposal, or why there is none: then `transform` is null and `refused` says why."""

    transform = TransformSerializer(
        allow_null=True, help_text="From pixels of the first original to those of the second."
    )
    basis = serializers.ChoiceField(
        ["skin", "lesion", ""], help_text="What was found again: the skin, or the lesion alone."
    )
    belief = serializers.FloatField(help_text="0 to 1: how much of the overlap was found again.")
    refused = serializers.ChoiceField(list(geometry.REFUSALS), allow_null=True)
    detail = serializers.CharField(help_text="Why not, for a person.")

    def to_representation(self, proposal: geometry.Proposal) -> dict[str, Any]:
        lying = proposal.transform
        return {
            "transform": lying and {"a": lying.a, "b": lying.b, "x": lying.dx, "y": lying.dy},
            "basis": proposal.basis,
            "belief": proposal.belief,
            "refused": proposal.refused,
            "detail": str(geometry.REFUSALS[proposal.refused]) if proposal.refused else "",
        }
