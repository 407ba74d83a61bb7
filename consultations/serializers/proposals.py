"""What the machine proposes: each answer says what is proposed, or why nothing is. That is no
error: the request was sound, and the picture does not show what was looked for."""

from typing import Any

from rest_framework import serializers

from imaging.geometry import REFUSALS, Refused

from ..models import Device
from ..models.measuring import Kind, Method
from .measuring import MARGIN, PointsField


class ProposalSerializer(serializers.Serializer):
    """Nothing is stored. Where nothing is proposed, `refused` says why, and what would have been
    proposed is null."""

    refused = serializers.ChoiceField(
        list(REFUSALS), allow_null=True, help_text="Null where something is proposed."
    )
    detail = serializers.CharField(help_text="Why nothing is proposed, for a person; else empty.")

    @classmethod
    def proposed(cls, **found: Any) -> dict[str, Any]:
        """The body of an answer that proposes something."""
        return dict(cls({"refused": None, "detail": "", **found}).data)

    @classmethod
    def refusal(cls, refused: Refused) -> dict[str, Any]:
        """The body of an answer that does not."""
        nothing = dict.fromkeys(cls().fields)
        return nothing | {"refused": refused.code, "detail": str(refused.detail)}


class LineSerializer(serializers.Serializer):
    """A line drawn along a ruler, across its marks."""

    points = PointsField(help_text="Two.")


class TicksSerializer(serializers.Serializer):
    """Marks of a ruler that the machine found."""

    period = serializers.FloatField(help_text="px from mark to mark")
    uncertainty = serializers.FloatField(help_text=f"px: {MARGIN}")
    count = serializers.IntegerField(help_text="How many marks were seen.")
    belief = serializers.FloatField(help_text="0 to 1")


class TickedScaleSerializer(serializers.Serializer):
    """What to send to the image's `scale` to accept it where marks are a millimetre apart; where
    they are not, with so many times the millimetres."""

    method = serializers.ChoiceField(Method.choices)
    points = PointsField()
    millimetres = serializers.FloatField()
    pointing = serializers.FloatField()


class ProposedScaleSerializer(ProposalSerializer):
    """Marks of a ruler, and the scale that they make; or why there is none."""

    ticks = TicksSerializer(allow_null=True)
    scale = TickedScaleSerializer(allow_null=True)


class WhichDeviceSerializer(serializers.Serializer):
    """The dermatoscope that the picture was taken with."""

    device: serializers.PrimaryKeyRelatedField = serializers.PrimaryKeyRelatedField(
        queryset=Device.objects.filter(active=True)
    )


class CircleSerializer(serializers.Serializer):
    """The round field of view that the machine found, px of the image as it stands upright."""

    x = serializers.FloatField(help_text="The middle.")
    y = serializers.FloatField()
    radius = serializers.FloatField()


class FieldScaleSerializer(serializers.Serializer):
    """What to send to the image's `scale` to accept it."""

    method = serializers.ChoiceField(Method.choices)
    points = PointsField(help_text="The ends of a diameter.")
    device = serializers.IntegerField()
    pointing = serializers.FloatField()


class ProposedFieldSerializer(ProposalSerializer):
    """A dermatoscope's field of view, and the scale that it makes; or why there is none."""

    circle = CircleSerializer(allow_null=True)
    scale = FieldScaleSerializer(allow_null=True)


class DrawnOutlineSerializer(serializers.Serializer):
    """What to send to the image's `measurements` to keep it."""

    kind = serializers.ChoiceField(Kind.choices)
    points = PointsField()
    pointing = serializers.FloatField(help_text="px: makes its area as uncertain as its edge is.")


class ProposedOutlineSerializer(ProposalSerializer):
    """A lesion's outline to begin with; or why there is none."""

    outline = DrawnOutlineSerializer(allow_null=True)
    belief = serializers.FloatField(allow_null=True, help_text="0 to 1")
