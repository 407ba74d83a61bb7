"""Error responses, for the API's schema."""

from django.db.models import TextChoices
from drf_standardized_errors.openapi_serializers import ClientErrorEnum
from rest_framework import serializers


class ErrorSerializer(serializers.Serializer):
    code = serializers.CharField()
    detail = serializers.CharField()
    attr = serializers.CharField(allow_null=True)


class ErrorsSerializer(serializers.Serializer):
    """The shape of every error, for answers whose codes the schema does not list."""

    type = serializers.CharField()
    errors = ErrorSerializer(many=True)  # type: ignore[assignment]  # a field of that name


def serializer_with_codes(
    status: str, codes: type[TextChoices], description: str
) -> type[serializers.Serializer]:
    """The same shape, with the codes that answers of one status may have. `status` names it in the
    schema."""
    error = type(
        f"{status}ErrorSerializer",
        (ErrorSerializer,),
        {"code": serializers.ChoiceField(choices=codes.choices)},
    )
    return type(
        f"{status}Serializer",
        (ErrorsSerializer,),
        {
            "__doc__": description,
            "type": serializers.ChoiceField(choices=ClientErrorEnum.choices),
            "errors": error(many=True),
        },
    )


class NotSignedInCodes(TextChoices):
    """Why a request is not authenticated."""

    NOTHING_SENT = "not_authenticated", "No credentials"
    REFUSED = "authentication_failed", "Wrong credentials"
    MALFORMED = "bad_authorization_header", "The Authorization header is malformed"
    TOKEN = "token_not_valid", "The token is not valid, or has expired"
    USER_GONE = "user_not_found", "The token's user is gone"
    USER_INACTIVE = "user_inactive", "The token's user is closed"
    PASSWORD = "password_changed", "The password was changed since"


class ForbiddenCodes(TextChoices):
    NOT_YOURS = "permission_denied", "Not allowed"
    NO_SECOND_FACTOR = "otp_setup_required", "Set up two-factor authentication on the site first"


NotSignedInSerializer = serializer_with_codes(
    "NotSignedIn",
    NotSignedInCodes,
    "401: what drf-standardized-errors would say, and the reasons of a token.",
)
ForbiddenSerializer = serializer_with_codes("Forbidden", ForbiddenCodes, "403.")
