from django.conf import settings
from django.utils import translation

# A signed URL is good for whoever holds it, and a page has fifty: who asks is not looked up.
SIGNED = "/media/"


class UserLanguageMiddleware:
    """The user's own choice of language, before what the browser asks for."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        signed = request.path_info.startswith(SIGNED)
        language = "" if signed else getattr(request.user, "language", "")
        if language in dict(settings.LANGUAGES):
            translation.activate(language)
            request.LANGUAGE_CODE = language
        return self.get_response(request)
