"""The API's schema (drf-spectacular): settings that operators do not change."""

SPECTACULAR_SETTINGS = {
    "TITLE": "DermaAI",
    "DESCRIPTION": "The image record of a dermatology practice.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        name: f"drf_standardized_errors.openapi_serializers.{name}.choices"
        for name in (
            "ValidationErrorEnum",
            "ClientErrorEnum",
            "ServerErrorEnum",
            *(f"ErrorCode{status}Enum" for status in (404, 405, 406, 415, 429, 500)),
        )
    }
    | {
        "ForbiddenEnum": "accounts.error_serializers.ForbiddenCodes.choices",
        "NotSignedInEnum": "accounts.error_serializers.NotSignedInCodes.choices",
        "EngineAskedEnum": "gallery.models.UserImage.Engine",
        "EngineUsedEnum": "imaging.background.ENGINES",
        "ProcessingStatusEnum": "gallery.models.UserImage.Status",
        "LesionStatusEnum": "consultations.models.Lesion.Status",
    },
    "POSTPROCESSING_HOOKS": ["drf_standardized_errors.openapi_hooks.postprocess_schema_enums"],
}
