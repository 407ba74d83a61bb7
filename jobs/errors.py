class PermanentFailure(Exception):
    """This job fails for good. `code` is of the app's own, for its row and the API."""

    def __init__(self, code: str):
        self.code = code
        super().__init__(code)


class RetryableFailure(PermanentFailure):
    """This job may succeed later: it is tried again after a pause, a few times."""
