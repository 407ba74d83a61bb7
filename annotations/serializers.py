"""Annotations, as the API writes and reads them: W3C Web Annotation JSON."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from imaging.serializers import FlatListField, format_datetime

from . import w3c
from .models import Annotation, AnnotationVersion, Category
from .shapes import MEDIA_FRAGMENTS, MOST_CHARACTERS, read_selector


class CategorySerializer(serializers.ModelSerializer):
    """What an annotation is about: `code` is its body's value, `name` the caller's language's."""

    name = serializers.CharField(source="__str__", read_only=True)

    class Meta:
        model = Category
        fields = ["code", "name", "active"]


class SelectorSerializer(serializers.Serializer):
    """A region, in px of the original as it stands upright (`width`, `height`)."""

    type = serializers.ChoiceField(["FragmentSelector", "SvgSelector"])
    conformsTo = serializers.CharField(required=False, help_text=MEDIA_FRAGMENTS)
    value = serializers.CharField(
        max_length=MOST_CHARACTERS,
        help_text="A rectangle: `xywh=pixel:10,20,300,200`. All else: one element in `<svg>`,"
        " with plain numbers: `<polygon points>`, `<polyline points>` (freehand), `<ellipse>` (a"
        " `transform` may `rotate` it about its middle), `<circle>` (radius 0: a point), `<line>`"
        ' (with `marker-end="url(#arrow)"` an arrow), `<path d>` of M, L and Z, `<rect>`.',
    )


class TargetSerializer(serializers.Serializer):
    source = serializers.CharField(  # type: ignore[assignment]  # a field of that name
        read_only=True, help_text="The image, in the API."
    )
    selector = SelectorSerializer()


class BodySerializer(serializers.Serializer):
    """What is said (`commenting`), or its category (`classifying`, a code)."""

    type = serializers.ChoiceField(["TextualBody"])
    purpose = serializers.ChoiceField([w3c.COMMENTING, w3c.CLASSIFYING], default=w3c.COMMENTING)
    format = serializers.ChoiceField(["text/plain"], required=False)
    value = serializers.CharField(max_length=w3c.MOST_TEXT)


class BodiesField(FlatListField):
    """At most one of each purpose."""

    child: serializers.Field = BodySerializer()
    default_error_messages = {"duplicate": _("There are two of one purpose.")}

    def to_internal_value(self, data: Any) -> list[Any]:
        found = super().to_internal_value([data] if isinstance(data, dict) else data)
        if len({body["purpose"] for body in found}) < len(found):
            self.fail("duplicate")
        return found


class AudienceSerializer(serializers.Serializer):
    type = serializers.ChoiceField([w3c.PATIENT])


class CreatorSerializer(serializers.Serializer):
    id = serializers.CharField()
    type = serializers.ChoiceField(["Person"])
    name = serializers.CharField()


class AnnotationSerializer(serializers.Serializer):
    """A W3C Web Annotation of one image: https://www.w3.org/TR/annotation-model/."""

    id = serializers.URLField(read_only=True, help_text="Its address in the API.")
    type = serializers.ChoiceField(["Annotation"])
    motivation = serializers.ChoiceField([w3c.COMMENTING], default=w3c.COMMENTING)
    creator = CreatorSerializer(read_only=True, allow_null=True)
    created = serializers.DateTimeField(read_only=True)
    modified = serializers.DateTimeField(read_only=True)
    version = serializers.IntegerField(read_only=True, help_text="From 1, one more each change.")
    body = BodiesField(
        required=False,
        help_text="A list, or one object. Its text is shown as it is, never as HTML.",
    )
    target = TargetSerializer()
    audience = AudienceSerializer(
        required=False,
        allow_null=True,
        help_text="Only there if the image's patient may see it: nobody else's annotations are"
        " theirs to see.",
    )

    def get_fields(self) -> dict[str, serializers.Field]:
        context = serializers.CharField(read_only=True, help_text=w3c.CONTEXT)
        return {"@context": context} | super().get_fields()

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """{"content"}: what the services take."""
        texts = {body["purpose"]: body["value"] for body in data.get("body", [])}
        content = w3c.Content(
            shape=read_selector(data["target"]["selector"]),
            text=texts.get(w3c.COMMENTING, ""),
            category=texts.get(w3c.CLASSIFYING, ""),
            shared=data.get("audience") is not None,
        )
        return {"content": content}

    def to_representation(self, row: Annotation) -> dict[str, Any]:
        """The document, with who, when and of which image. An audience that was another patient,
        in whose record the image was, is none."""
        request = self.context["request"]
        document = {name: row.document[name] for name in row.document if name != "audience"}
        if row.is_shared:
            document["audience"] = row.document["audience"]
        image = reverse("api-image-detail", args=[row.image_id])
        document["target"] = {"source": request.build_absolute_uri(image)} | document["target"]
        own = reverse("api-annotation-detail", args=[row.pk])
        zone = timezone.get_current_timezone()
        return {
            "@context": document.pop("@context"),
            "id": request.build_absolute_uri(own),
            **document,
            "creator": _person(row.author),
            "created": format_datetime(row.created_at, zone),
            "modified": format_datetime(row.updated_at, zone),
            "version": row.version,
        }


class CollectionSerializer(serializers.Serializer):
    id = serializers.URLField()
    type = serializers.ChoiceField(["AnnotationCollection"])
    total = serializers.IntegerField()


class AnnotationPageSerializer(serializers.Serializer):
    """All annotations of one image that the caller may see, as a W3C AnnotationPage."""

    id = serializers.URLField()
    type = serializers.ChoiceField(["AnnotationPage"])
    partOf = CollectionSerializer()
    startIndex = serializers.IntegerField()
    items = AnnotationSerializer(many=True)

    def get_fields(self) -> dict[str, serializers.Field]:
        return {"@context": serializers.CharField(help_text=w3c.CONTEXT)} | super().get_fields()


class VersionSerializer(serializers.ModelSerializer):
    """One state of an annotation. `document` is null for its deletion."""

    document = serializers.JSONField(read_only=True)
    changed_by = serializers.SerializerMethodField()

    class Meta:
        model = AnnotationVersion
        fields = ["number", "document", "changed_by", "created_at"]
        read_only_fields = fields

    @extend_schema_field(CreatorSerializer(allow_null=True))
    def get_changed_by(self, version: AnnotationVersion) -> dict[str, Any] | None:
        return _person(version.changed_by)


def _person(user: Any) -> dict[str, Any] | None:
    """A W3C Person; None for whose account is gone."""
    if user is None:
        return None
    return {"id": f"urn:dermaai:user:{user.pk}", "type": "Person", "name": user.get_short_name()}
