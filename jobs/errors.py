class PermanentFailure(Exception):
    """This job fails for good. `code` is the app's own, for the row and the API."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class RetryableFailure(PermanentFailure):
    """This job may succeed later: it is retried after a pause, a few times."""
