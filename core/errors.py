"""Errors with an answer: a code for programs, a sentence for a person.

Services raise them; the API's handler and the pages turn them into answers without knowing which
app they come from.
"""

from django.utils.translation import gettext_lazy as _


class ServiceError(Exception):
    """The request cannot be fulfilled, and nothing that matters was stored.

    `code` is the API's error code, `status` the HTTP status, `detail` is for a person, `attr` the
    field of the request at fault, `retry_after` the seconds before another try.
    """

    code = "error"
    status = 400
    detail: object = _("This could not be done.")
    attr: str | None = None
    retry_after: int | None = None


class Unavailable(ServiceError):
    """A service that we depend on did not answer. Try again later."""

    code = "unavailable"
    status = 503
    detail = _("The server is busy. Nothing was saved; try again in a moment.")
    retry_after = 30


class DatabaseUnavailable(Unavailable):
    """The database did not answer. If the connection was lost during a write, it is unknown whether
    anything was stored."""

    retry_after = 5
    code = "database_unavailable"
    detail = _("The database is not responding. Try again in a moment.")
