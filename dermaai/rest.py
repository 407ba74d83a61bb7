"""Errors and tokens of the API; nothing here is an operator's to set."""

from datetime import timedelta

ANYWHERE = ("411", "413", "503")  # of any operation: how it was sent, what does not answer
DRF_STANDARDIZED_ERRORS = {
    "ENABLE_IN_DEBUG_FOR_UNHANDLED_EXCEPTIONS": True,
    "EXCEPTION_HANDLER_CLASS": "dermaai.api.ErrorHandler",
    "ALLOWED_ERROR_STATUS_CODES": [
        *("400", "401", "403", "404", "405", "415", "429"),
        *ANYWHERE,
    ],
    "ERROR_SCHEMAS": dict.fromkeys(ANYWHERE, "accounts.error_serializers.ErrorsSerializer")
    | {
        "401": "accounts.error_serializers.NotSignedInSerializer",
        "403": "accounts.error_serializers.ForbiddenSerializer",
    },
}
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=15),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=1),
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "UPDATE_LAST_LOGIN": True,
    "CHECK_REVOKE_TOKEN": True,  # a changed password ends the tokens too
}
