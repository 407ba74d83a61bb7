from drf_standardized_errors.openapi import AutoSchema


class Schema(AutoSchema):
    """drf-standardized-errors' description of operations, with 403 for all of them: users without a
    required second factor may do nothing."""

    def _should_add_http403_error_response(self) -> bool:
        return True
