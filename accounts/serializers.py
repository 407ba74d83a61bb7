from rest_framework import serializers


class ErrorSerializer(serializers.Serializer):
    code = serializers.CharField()
    detail = serializers.CharField()
    attr = serializers.CharField(allow_null=True)


class ErrorsSerializer(serializers.Serializer):
    """The one shape of every error, for the schema of answers that name no codes."""

    type = serializers.CharField()
    errors = ErrorSerializer(many=True)
