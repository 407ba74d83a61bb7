from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation

from core.context import GetResponse

# Signed URLs need no user, and a page has fifty of them: the user is not looked up.
SIGNED = "/media/"


class UserLanguageMiddleware:
    """The user's chosen language takes precedence over the browser's."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        signed = request.path_info.startswith(SIGNED)
        language = "" if signed else getattr(request.user, "language", "")
        if language in dict(settings.LANGUAGES):
            translation.activate(language)
            request.LANGUAGE_CODE = language
        return self.get_response(request)
