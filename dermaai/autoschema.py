from drf_standardized_errors.openapi import AutoSchema


class Schema(AutoSchema):
    """drf-standardized-errors' description of an operation; and of any, 403: whoever must have a
    second factor and has none may do nothing."""

    def _should_add_http403_error_response(self):
        return True
