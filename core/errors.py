"""Errors that have an answer: a code for programs, words for a person.

A service raises them; the API's handler and the pages turn them into answers without knowing the
app that they come from.
"""

from django.utils.translation import gettext_lazy as _


class ServiceError(Exception):
    """What was asked cannot be done, and nothing was stored that counts.

    `code` is the API's, `status` of HTTP, `detail` for a person, `attr` the field of the request
    that it is about, `retry_after` seconds after which it may be tried again.
    """

    code = "error"
    status = 400
    detail: object = _("This could not be done.")
    attr: str | None = None
    retry_after: int | None = None


class Unavailable(ServiceError):
    """Something of ours did not answer. Try again later."""

    code = "unavailable"
    status = 503
    detail = _("The server is busy. Nothing was stored; try again in a moment.")
    retry_after = 30


class DatabaseUnavailable(Unavailable):
    """The database. Whether something was stored is not known where a connection was lost while
    it was written."""

    retry_after = 5
    code = "database_unavailable"
    detail = _("The database does not answer. Try again in a moment.")
