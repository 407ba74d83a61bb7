from rest_framework import serializers

from .models import Action, Event


class EventSerializer(serializers.ModelSerializer):
    """An event that `audit.reading.with_actors` has been over."""

    action = serializers.ChoiceField(Action.choices)
    actor = serializers.SerializerMethodField(help_text="A name, or null where it is not known.")
    actor_role = serializers.CharField()
    address = serializers.SerializerMethodField(help_text="Told to doctors only.")

    class Meta:
        model = Event
        fields = ["id", "moment", "action", "actor", "actor_role", "address", "request_id"]
        read_only_fields = fields

    def get_actor(self, event) -> str | None:
        return event.who and event.who.get_short_name()

    def get_address(self, event) -> str | None:
        return event.address or None if self.context["request"].user.is_doctor else None


class EventsSerializer(serializers.Serializer):
    """A page of events, the latest first."""

    events = EventSerializer(many=True)
    next = serializers.URLField(allow_null=True)
