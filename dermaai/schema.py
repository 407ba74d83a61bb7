"""The API's schema, generated once: it takes a second of CPU time, and needs no login."""

from threading import Lock

from django.conf import settings
from django.http import HttpResponse
from django.utils import translation
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request

_making = Lock()  # its generator serves one thread at a time: two at once ended in an error
# {(language, renderer): (schema, Content-Disposition)}
_cache: dict[tuple[str, type], tuple[str | bytes, str]] = {}


class Schema(SpectacularAPIView):
    def _get_version_parameter(self, request: Request) -> None:
        return None  # there is one version; the query's would be echoed in a header

    def _get_schema_response(self, request: Request) -> HttpResponse:
        language, renderer = translation.get_language(), request.accepted_renderer
        if language not in dict(settings.LANGUAGES):
            language = settings.LANGUAGE_CODE
        key = language, type(renderer)
        with _making, translation.override(language):
            if key not in _cache:
                response = super()._get_schema_response(request)
                content = renderer.render(response.data, request.accepted_media_type, {})
                _cache[key] = content, response["Content-Disposition"]
        content, disposition = _cache[key]
        headers = {"Content-Disposition": disposition}
        return HttpResponse(content, f"{renderer.media_type}; charset=utf-8", headers=headers)
