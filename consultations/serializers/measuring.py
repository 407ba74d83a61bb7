"""Scales and measurements, as the API writes and reads them. All coordinates are pixels of the
image as it stands upright (`width`, `height`), from its upper left corner."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ..measuring.points import CODES
from ..measuring.reading import figures_of
from ..models import Device, Measurement, Scale
from ..models.measuring import LEAST_MM, MOST_MM, Method

MARGIN = "95 % of repeated measurements lie within ± this"


@extend_schema_field(
    {
        "type": "array",
        "items": {
            "type": "array",
            "items": {"type": "number"},
            "minItems": 2,
            "maxItems": 2,
        },
        "description": "[[x, y], …], px of the image as it stands upright, from its upper left"
        " corner. length: 2; polyline: 2 to 200; polygon: 3 to 200, without the first again;"
        " ellipse: the two ends of one axis and a point as far beside it as the ellipse reaches.",
    }
)
class PointsField(serializers.Field):
    """A list of pairs of numbers; the service judges them."""

    default_error_messages = dict(CODES)

    def to_internal_value(self, data: Any) -> list[list[float]]:
        if not isinstance(data, list) or not all(map(_is_pair, data)):
            self.fail("not_a_number")
        try:
            return [[float(x), float(y)] for x, y in data]
        except OverflowError:  # an integer beyond all floats, which JSON may have
            self.fail("not_a_number")

    def to_representation(self, value: Any) -> Any:
        return value


def _is_pair(point: Any) -> bool:
    numbers = isinstance(point, list) and len(point) == 2
    return numbers and all(type(number) in (int, float) for number in point)


def pointing_field() -> serializers.FloatField:
    return serializers.FloatField(
        required=False,
        min_value=0,
        max_value=100_000,
        help_text="How far off a point may be, px of the image (standard deviation), for example"
        " what one pixel of the screen was when it was placed. Without it, a thousandth of the"
        " long side.",
    )


class DeviceSerializer(serializers.ModelSerializer):
    class Meta:
        model = Device
        fields = ["id", "name", "field_mm", "tolerance"]


class ScaleSerializer(serializers.ModelSerializer):
    """How many millimetres a pixel of an image is; perspective is not corrected."""

    points = serializers.SerializerMethodField()
    device = DeviceSerializer(allow_null=True)
    set_by = serializers.SerializerMethodField()

    class Meta:
        model = Scale
        fields = [
            "id",
            "method",
            "points",
            "millimetres",
            "device",
            "mm_per_px",
            "uncertainty",
            "set_by",
            "created_at",
            "ended_at",
        ]
        read_only_fields = fields
        extra_kwargs = {
            "millimetres": {"help_text": "Between the two points, mm."},
            "uncertainty": {"help_text": "Relative standard deviation of `mm_per_px`."},
            "ended_at": {"help_text": "Null for the current one."},
        }

    @extend_schema_field(PointsField)
    def get_points(self, scale: Scale) -> list[list[float]]:
        return [[scale.x1, scale.y1], [scale.x2, scale.y2]]

    def get_set_by(self, scale: Scale) -> int | None:
        """Key of the user."""
        return scale.set_by_id


class SetScaleSerializer(serializers.Serializer):
    """Two points, and what lies between them: millimetres, or a device's field of view."""

    method = serializers.ChoiceField(Method.choices)
    points = PointsField(help_text="Two.")
    millimetres = serializers.FloatField(
        required=False,
        help_text=f"Between the two points: {LEAST_MM} to {MOST_MM:.0f} mm. Not with `field`.",
    )
    device = serializers.PrimaryKeyRelatedField(
        queryset=Device.objects.filter(active=True),
        required=False,
        help_text="Only with `field`, and required there: its field of view lies between the"
        " points.",
    )
    pointing = pointing_field()


class ScalesSerializer(serializers.Serializer):
    """The current scale of an image, those before it (latest first), and the practice's devices."""

    current = ScaleSerializer(allow_null=True)
    former = ScaleSerializer(many=True)
    devices = DeviceSerializer(many=True)


class SizeSerializer(serializers.Serializer):
    """Of an area, in squares of these units."""

    pixels = serializers.FloatField(help_text="px or px²")
    pixels_margin = serializers.FloatField(help_text=f"px or px²: {MARGIN}")
    millimetres = serializers.FloatField(allow_null=True, help_text="mm or mm²; null: no scale")
    margin = serializers.FloatField(allow_null=True, help_text=f"mm or mm²: {MARGIN}")


class MeasurementSerializer(serializers.ModelSerializer):
    """What was measured in an image, at its current scale. Perspective is not corrected: figures
    hold where the skin lies in the plane of the scale."""

    points = PointsField()
    pointing = pointing_field()
    figures = serializers.SerializerMethodField()
    author = serializers.SerializerMethodField()

    class Meta:
        model = Measurement
        fields = [
            "id",
            "image_id",
            "kind",
            "points",
            "pointing",
            "value",
            "millimetres",
            "margin",
            "scale_id",
            "figures",
            "note",
            "author",
            "created_at",
        ]
        read_only_fields = ["id", "image_id", "value", "millimetres", "margin", "created_at"]
        extra_kwargs = {
            "value": {"help_text": "px, of an area px²."},
            "millimetres": {"help_text": "mm, of an area mm²; null where there is no scale."},
            "margin": {"help_text": f"mm or mm²: {MARGIN}."},
        }

    @extend_schema_field(
        {
            "type": "object",
            "properties": {
                name: {
                    "oneOf": [{"$ref": "#/components/schemas/Size"}, {"type": "null"}],
                }
                for name in ("length", "area", "largest_diameter", "perimeter")
            },
            "required": ["length", "area", "largest_diameter", "perimeter"],
        }
    )
    def get_figures(self, measurement: Measurement) -> dict[str, Any]:
        figures = figures_of(measurement)
        return {name: size and SizeSerializer(size).data for name, size in figures.items()}

    def get_author(self, measurement: Measurement) -> int | None:
        """Key of the user."""
        return measurement.author_id


class MeasurementsSerializer(serializers.Serializer):
    """All that is measured in an image, the earliest first, and its scale."""

    scale = ScaleSerializer(allow_null=True)
    measurements = MeasurementSerializer(many=True)
