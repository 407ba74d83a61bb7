"""Lesions, as the API writes and reads them."""

from math import isfinite
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from ..bodymap.places import is_on_other_side
from ..dates import check_lesion
from ..lesion_form import POINT, POINT_ON_OTHER_SIDE
from ..measuring.course import course_of
from ..models import Lesion
from ..models.lesion import LesionQuerySet


class EditableLesion(serializers.PrimaryKeyRelatedField):
    """A lesion of a patient whose record the caller may edit, or null; any other is reported as not
    existing. That it is the image's own patient's is for the service to say."""

    def __init__(self, **options: Any) -> None:
        options |= {"queryset": Lesion.objects.none(), "allow_null": True, "required": False}
        options.setdefault(
            "help_text",
            "The lesion that it shows: of its patient, and not of the other side.",
        )
        super().__init__(**options)

    def get_queryset(self) -> LesionQuerySet:
        request = self.context.get("request")
        if request is None or not request.user.is_authenticated:
            return Lesion.objects.none()
        return Lesion.objects.editable_by(request.user)


class FractionField(serializers.FloatField):
    """From 0 to 1; "nan", which is neither below nor above, is not a number."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=1, **options)

    def to_internal_value(self, data: Any) -> float:
        value = super().to_internal_value(data)
        if not isfinite(value):
            self.fail("invalid")
        return value


class LesionSerializer(serializers.ModelSerializer):
    """A lesion of a patient: where it is, since when, and when it is to be seen again."""

    label = serializers.CharField(  # type: ignore[assignment]
        max_length=20, required=False, help_text="Without one it gets the next of L1, L2 …"
    )
    map_x = FractionField(allow_null=True, required=False, help_text="0 left, 1 right.")
    map_y = FractionField(allow_null=True, required=False, help_text="0 top, 1 bottom.")
    overdue = serializers.BooleanField(
        source="is_overdue", read_only=True, help_text="It was to be seen again before today."
    )
    images_count = serializers.IntegerField(
        read_only=True, default=0, help_text="Its images that the caller may see."
    )

    class Meta:
        model = Lesion
        fields = [
            "id",
            "patient",
            "label",
            "body_site",
            "laterality",
            *POINT,
            "first_seen",
            "status",
            "next_review",
            "notes",
            "overdue",
            "images_count",
            "created_at",
            "updated_at",
        ]
        read_only_fields = ["id", "patient", "created_at", "updated_at"]

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        names = ("first_seen", "next_review", "body_site", "laterality", *POINT)
        values = {name: data.get(name, getattr(self.instance, name, None)) for name in names}
        row = Lesion(patient=self._patient(), pk=self.instance and self.instance.pk, **values)
        if {"first_seen", "next_review"} & data.keys():
            check_lesion(row)
        point = [values[name] not in (None, "") for name in POINT]
        if any(point) and not all(point):
            text = _("A point has a drawing and both coordinates.")
            raise ValidationError({"map_view": ValidationError(text, code="incomplete_point")})
        if all(point) and is_on_other_side(
            *(cast(Any, values[name]) for name in (*POINT, "laterality"))
        ):
            error = ValidationError(POINT_ON_OTHER_SIDE, code="point_on_other_side")
            raise ValidationError({"map_view": error})
        return data

    def _patient(self) -> Any:
        return self.instance.patient if self.instance else self.context["patient"]

    def to_representation(self, lesion: Lesion) -> dict[str, Any]:
        data = super().to_representation(lesion)
        if not self.context.get("notes"):
            data["notes"] = ""  # for those who may edit the record
        return data


class LesionSizeSerializer(serializers.Serializer):
    """The largest diameter that was measured in an image which has a scale."""

    image = serializers.IntegerField(source="image.pk")
    day = serializers.DateField(help_text="That the image shows.")
    millimetres = serializers.FloatField()
    margin = serializers.FloatField(help_text="mm: 95 % of repeats stay within it.")


class GrowthSerializer(serializers.Serializer):
    """The slope of a line through the sizes, each weighing as its margin allows."""

    per_month = serializers.FloatField(help_text="mm")
    margin = serializers.FloatField(help_text="mm: 95 % of repeats stay within it.")
    months = serializers.FloatField(help_text="Between the first and the last size.")
    is_change = serializers.BooleanField(
        help_text="False where the margin crosses zero: no change that can be measured."
    )


class LesionDetailSerializer(LesionSerializer):
    """A lesion, and how large it was from visit to visit: only in images that the caller may
    change."""

    sizes = LesionSizeSerializer(
        many=True, read_only=True, source="course.sized", help_text="The earliest first."
    )
    growth = GrowthSerializer(
        allow_null=True,
        read_only=True,
        source="course.growth",
        help_text="Null before sizes of two days.",
    )

    class Meta(LesionSerializer.Meta):
        fields = [*LesionSerializer.Meta.fields, "sizes", "growth"]
        read_only_fields = [*LesionSerializer.Meta.read_only_fields, "sizes", "growth"]

    def to_representation(self, lesion: Lesion) -> dict[str, Any]:
        cast(Any, lesion).course = course_of(lesion, self.context["request"].user)
        return super().to_representation(lesion)
